import ArgumentParser
import FailoverModel
import TimelineReports

/// `handover timeline`.
struct TimelineCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "timeline", abstract: "Write the postmortem timeline of a run.",
        discussion: """
            From the journal alone, also while the run goes on. --json is the same as --format json.

            Examples:
              handover timeline ess-failover-12
              handover timeline ess-failover-12 --format markdown --output report.md
            """)

    enum Format: String, CaseIterable, ExpressibleByArgument {
        case markdown, json
    }

    @OptionGroup var argument: OptionalRunArgument
    @Option(help: "How it is written: markdown (default) or json.")
    var format: Format?
    @Option(help: ArgumentHelp("The file to write; it must not be there yet.", valueName: "file"), completion: .file())
    var output: String?
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if common.json, format == .markdown, output == nil {
            throw ValidationError("--json and --format markdown exclude each other.")
        }
    }

    func perform(_ invocation: Invocation) async throws -> ExitStatus {
        let file = JournalFile(invocation)
        let lookup = try file.lookup()
        let run = try argument.run.map(lookup.named) ?? lookup.newest(notOver: false)
        let owed = try file.snapshot().projections.owed.debts.values.map(\.debt).filter { $0.run == run }.map(\.step)
        let timeline = try RunTimeline(entries: file.entries(run: run), stillOwed: Set(owed))
        let text =
            switch format ?? (common.json ? .json : .markdown) {
            case .markdown: timeline.markdown
            case .json: JSONText.indented(timeline.json)
            }
        guard let output else {
            invocation.print(text)
            return .done
        }
        let report = try NewFile(output)
        try report.write(Array(text.utf8))
        try report.close()
        if invocation.isJSON {
            invocation.print(["run": .string(run), "output": .string(output)])
        } else {
            invocation.print("The timeline of \(run) is in \(output).")
        }
        return .done
    }
}
