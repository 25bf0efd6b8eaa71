import ArgumentParser
import FailoverModel
import TimelineReports

/// `handover timeline`.
struct TimelineCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "timeline",
        abstract: "Write the postmortem timeline of a run, or of several that belong together.",
        discussion: """
            From the journal alone, also while the run goes on. Several runs (a failover, its settlement, the failback) \
            become one story, each with its part. --json is the same as --format json. Notes and events from elsewhere \
            (handover note) stand where they happened.

            The formats:
              markdown   for a postmortem (the default)
              html       one page with a Gantt; needs no network and no script, prints, light and dark
              json       everything, for programs; --schema prints its JSON Schema
              csv        the entries, for a spreadsheet
              trace      OTLP as JSON, for Jaeger or Tempo
              mermaid    a Gantt for GitLab, GitHub and wikis

            Examples:
              handover timeline ess-failover-12
              handover timeline ess-failover-12 --format html --output report.html
              handover timeline ess-failover-12 settle-dc1-88 --zone Europe/Berlin
              handover timeline --format trace | curl -H 'Content-Type: application/json' \
            --data-binary @- http://localhost:4318/v1/traces
            """)

    enum Format: String, CaseIterable, ExpressibleByArgument {
        case markdown, html, json, csv, trace, mermaid
    }

    @OptionGroup var argument: OptionalRunsArgument
    @Option(help: "How it is written: markdown (default), html, json, csv, trace or mermaid.")
    var format: Format?
    @Option(help: ArgumentHelp("The file to write; it must not be there yet.", valueName: "file"), completion: .file())
    var output: String?
    @Option(
        help: ArgumentHelp("Show times in this zone beside UTC, too (default: this machine's).", valueName: "name"),
        transform: TimeZoneName.init)
    var zone: TimeZoneName?
    @Flag(help: "Print the JSON Schema of the format json, and nothing else.")
    var schema = false
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if common.json, let format, format != .json, output == nil {
            throw ValidationError("--json and --format \(format.rawValue) exclude each other.")
        }
    }

    func perform(_ invocation: Invocation) async throws -> ExitStatus {
        if schema {
            invocation.print(TimelineSchema.text)
            return .done
        }
        let report = try report(invocation)
        let text = text(of: report)
        guard let output else {
            invocation.print(text)
            return .done
        }
        let file = try NewFile(output)
        try file.write(Array(text.utf8))
        try file.close()
        let runs = report.runs.map(\.run)
        if invocation.isJSON {
            invocation.print([
                "run": .string(runs[0]), "runs": .array(runs.map(JSONValue.string)), "output": .string(output),
            ])
        } else {
            invocation.print("The timeline of \(runs.joined(separator: ", ")) is in \(output).")
        }
        return .done
    }

    private func report(_ invocation: Invocation) throws -> TimelineReport {
        let file = JournalFile(invocation)
        let lookup = try file.lookup()
        var runs: [String] = []
        for name in argument.runs {
            let run = try lookup.named(name)
            if !runs.contains(run) { runs.append(run) }
        }
        if runs.isEmpty { runs = [try lookup.newest(notOver: false)] }
        let debts = try file.snapshot().projections.owed.debts.values.map(\.debt)
        return try TimelineReport(
            try runs.map { run in
                let owed = Set(debts.filter { $0.run == run }.map(\.step))
                return try RunTimeline(entries: file.entries(run: run), stillOwed: owed)
            }, zone: (zone ?? .current).zone)
    }

    private func text(of report: TimelineReport) -> String {
        switch format ?? (common.json ? .json : .markdown) {
        case .markdown: report.markdown
        case .html: TimelinePage(report, version: HandoverProgram.version).html
        case .json: JSONText.indented(report.json)
        case .csv: report.csv
        case .trace: JSONText.indented(report.trace(version: HandoverProgram.version))
        case .mermaid: report.mermaid
        }
    }
}
