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
    @OptionGroup var common: CommonOptions

    func perform(_ invocation: Invocation) async throws -> ExitStatus {
        let stage = RehearsalStage(directory: rehearsal.directory)
        let programs = synapse ? try InstalledPrograms.found.withSynapse() : .found
        let built = try await stage.up(RehearsalPlan(isSynchronous: !asynchronous, programs: programs)) {
            invocation.say($0)
        }
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
