import ArgumentParser
import FailoverModel
import Rehearsal

/// `handover rehearsal up`.
struct RehearsalUpCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "up", abstract: "Build the sites and return when they serve.",
        discussion: """
            The first site serves, the others are its standbys. Takes a few seconds; writes topology.yaml there.

            Example:
              handover rehearsal up --directory .rehearsal --writer
            """)

    @OptionGroup var rehearsal: RehearsalOptions
    @Flag(help: "Acknowledge commits before a standby has them: what the first site had alone dies with it.")
    var asynchronous = false
    @Flag(help: "Put numbered rows into the primary all the while, so that lost ones are counted.")
    var writer = false
    @Flag(help: "Run a real Synapse at the site that serves (pip install matrix-synapse psycopg2-binary).")
    var synapse = false
    @Option(help: "Where the users' names are: powerdns, by its API, or bind, by dynamic updates.")
    var names: NameServer?
    @Flag(help: "Let an external-dns of the site that serves write its Ingress hosts into the zone all the while.")
    var externalDNS = false
    @OptionGroup var common: CommonOptions

    enum NameServer: String, ExpressibleByArgument, CaseIterable { case powerdns, bind }

    private var programs: InstalledPrograms {
        get throws {
            let found = InstalledPrograms.found
            let programs =
                switch names {
                case .bind: try found.withBIND()
                case .powerdns: try found.withPowerDNS()
                case nil: found
                }
            return synapse ? try programs.withSynapse() : programs
        }
    }

    func perform(_ invocation: Invocation) async throws -> ExitStatus {
        let stage = RehearsalStage(directory: rehearsal.directory)
        let plan = RehearsalPlan(
            isSynchronous: !asynchronous, programs: try programs, hasExternalDNS: externalDNS)
        let built = try await stage.up(plan) { invocation.say($0) }
        if writer { try stage.startWriter() }
        if invocation.isJSON {
            invocation.print([
                "directory": .string(built.directory), "topology": .string(built.topologyPath),
                "sites": .array(built.siteNames.map(JSONValue.string)),
                "next": .array(built.nextCommands.map(JSONValue.string)),
            ])
        } else {
            invocation.print(
                (["\(built.siteNames.joined(separator: ", ")) are up; the topology is \(built.topologyPath)", "Next:"]
                    + built.nextCommands.map { "  \($0)" }).joined(separator: "\n"))
        }
        return .done
    }
}
