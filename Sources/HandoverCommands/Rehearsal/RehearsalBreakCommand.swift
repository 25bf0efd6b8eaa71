import ArgumentParser
import FailoverModel
import Rehearsal

/// `handover rehearsal break`.
struct RehearsalBreakCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "break", abstract: "Make a site fail.",
        discussion: """
            Everything there dies at once (SIGKILL), unless an option says otherwise.

            Examples:
              handover rehearsal break dc1
              handover rehearsal break dc1 --partition silent   # only unreachable for handover
            """)

    enum Part: String, CaseIterable, ExpressibleByArgument {
        case all, postgres, kubernetes
    }

    enum Partition: String, CaseIterable, ExpressibleByArgument {
        case silent, refused
    }

    @Argument(help: ArgumentHelp("The site.", valueName: "site"))
    var site: String
    @Option(help: ArgumentHelp("What dies: all, postgres or kubernetes."))
    var only: Part = .all
    @Option(
        help: ArgumentHelp(
            "Nothing dies, but handover no longer reaches the site: silent (no answer comes) or refused."))
    var partition: Partition?
    @OptionGroup var rehearsal: RehearsalOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if partition != nil, only != .all { throw ValidationError("--only and --partition exclude each other.") }
    }

    func perform(_ invocation: Invocation) async throws -> ExitStatus {
        try await RehearsalStage(directory: rehearsal.directory).breakSite(site, breakage)
        let what =
            switch breakage {
            case .everything: "everything at \(site) is dead"
            case .postgres: "PostgreSQL at \(site) is dead"
            case .kubernetes: "the Kubernetes API and the service at \(site) are dead"
            case .partition: "handover no longer reaches \(site); the other sites do"
            }
        if invocation.isJSON {
            invocation.print(["site": .string(site), "broken": .string(what)])
        } else {
            invocation.print("\(what)\nNext: handover rehearsal heal \(site)\(rehearsal.suffix)")
        }
        return .done
    }

    private var breakage: Breakage {
        switch (partition, only) {
        case (.silent, _): .partition(.silent)
        case (.refused, _): .partition(.refused)
        case (nil, .all): .everything
        case (nil, .postgres): .postgres
        case (nil, .kubernetes): .kubernetes
        }
    }
}

extension RehearsalOptions {
    /// What a command line to type next needs of these.
    var suffix: String { directory == ".rehearsal" ? "" : " --directory \(directory)" }
}
