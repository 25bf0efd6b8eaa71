import ArgumentParser

/// `handover`: only the list of commands and what is common to them.
struct HandoverCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "handover",
        abstract: "Moves an Element Server Suite from a data centre that fails to a standby, and back.",
        discussion: """
            A person decides; handover carries out, remembers and explains. Whatever was done is in the journal, so \
            a run that was interrupted, killed or cut off goes on exactly where it stopped.

            At three in the morning:
              handover status                   # what is where, and what is owed
              handover plan ess-failover --from dc1 --to dc2       # changes nothing
              handover run ess-failover --from dc1 --to dc2        # do it
              handover resume                   # go on after an interruption
              handover rollback                 # undo it; after the promotion, be led back
              handover settle dc1               # it is back: do what it missed
              handover timeline --output report.md                 # the postmortem

            To try it without a data centre: handover rehearsal up

            Exit codes: 0 done, 1 the run stopped and can be resumed, 2 bad usage or input, 3 refused by a safety \
            rule, 4 waits for an approval or a decision, 5 the journal is damaged, 6 another executor holds the run, \
            130 interrupted.
            Environment: HANDOVER_JOURNAL, HANDOVER_TOPOLOGY, HANDOVER_ACTOR, NO_COLOR.
            Shell completions: handover --generate-completion-script bash (or zsh, fish).
            """,
        version: HandoverProgram.version,
        groupedSubcommands: [
            CommandGroup(
                name: "Do",
                subcommands: [
                    PlanCommand.self, RunCommand.self, ResumeCommand.self, RollbackCommand.self, SettleCommand.self,
                ]),
            CommandGroup(
                name: "Say",
                subcommands: [
                    ApproveCommand.self, DenyCommand.self, SkipCommand.self, DecideCommand.self, NoteCommand.self,
                    AbandonCommand.self,
                ]),
            CommandGroup(
                name: "Look",
                subcommands: [
                    StatusCommand.self, CheckCommand.self, RunsCommand.self, ShowCommand.self, TimelineCommand.self,
                    DiffCommand.self, ReplayCommand.self, ServeCommand.self,
                ]),
            CommandGroup(
                name: "Keep",
                subcommands: [
                    WatchCommand.self, NotifyCommand.self, SecretsCommand.self, JournalCommand.self,
                    RehearsalCommand.self,
                ]),
        ])
}
