import ArgumentParser
import FailoverModel

/// `handover status`.
struct StatusCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show sites, secrets, runs, and what is owed.",
        discussion: """
            From the journal alone: it asks no system, and works while a run is going on. --at shows how things were \
            after that entry, or at that time.

            Examples:
              handover status --watch
              handover status --at 118
              handover status --at 2026-11-23T03:12:45Z --json
            """)

    @Option(help: ArgumentHelp("As of this entry or time (RFC 3339, UTC).", valueName: "sequence|time"))
    var at: JournalPoint?
    @Flag(help: "Show it again whenever something changes, until interrupted.")
    var watch = false
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if watch, common.json {
            throw ValidationError("--watch and --json exclude each other: --json is one document.")
        }
        if watch, at != nil { throw ValidationError("--watch and --at exclude each other: the past does not change.") }
    }

    func perform(_ invocation: Invocation) async throws -> ExitStatus {
        let file = JournalFile(invocation)
        let siteNames = TopologyFile.siteNames(invocation)
        if watch { return try await StatusWatch(file: file, siteNames: siteNames, invocation: invocation).run() }
        let snapshot = try at.map(file.snapshot(at:)) ?? file.snapshot()
        let picture = StatusPicture(snapshot, siteNames: siteNames, file: file)
        if invocation.isJSON {
            invocation.print(StatusDocument(picture: picture).json)
        } else {
            invocation.print(picture.text(invocation, style: invocation.style))
        }
        return .done
    }
}
