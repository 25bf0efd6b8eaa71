import ArgumentParser

/// `handover rehearsal`: the group.
struct RehearsalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rehearsal", abstract: "Three sites on this machine, to try everything without a data centre.",
        discussion: """
            Real PostgreSQL servers, a small Kubernetes API and a stand-in for the service at each site, all on \
            127.0.0.1, in one directory. To see a failover:
              handover rehearsal up
              export HANDOVER_TOPOLOGY=.rehearsal/topology.yaml
              handover rehearsal break dc1
              handover run ess-failover --from dc1 --to dc2
              handover rehearsal heal dc1
              handover settle dc1
              handover rehearsal down
            """,
        subcommands: [
            RehearsalUpCommand.self, RehearsalStatusCommand.self, RehearsalBreakCommand.self,
            RehearsalHealCommand.self, RehearsalDownCommand.self, RehearsalSiteCommand.self,
            RehearsalForwarderCommand.self, RehearsalWriterCommand.self, RehearsalDemoCommand.self,
        ])
}

/// What every rehearsal command takes.
struct RehearsalOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Where the rehearsal's files are.", valueName: "directory"), completion: .directory)
    var directory = ".rehearsal"
}
