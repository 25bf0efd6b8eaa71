import ArgumentParser
import FailoverModel
import Rehearsal

/// `handover rehearsal status`.
struct RehearsalStatusCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show what of the rehearsal is up, by asking it.",
        discussion: """
            Example:
              handover rehearsal status
            """)

    @OptionGroup var rehearsal: RehearsalOptions
    @OptionGroup var common: CommonOptions

    func perform(_ invocation: Invocation) async throws -> ExitStatus {
        let stage = RehearsalStage(directory: rehearsal.directory)
        let status = try await stage.status()
        // Without a primary there is nothing to count the rows on.
        let report = try? await stage.writerReport()
        if invocation.isJSON {
            invocation.print(json(status, report))
        } else {
            invocation.print(text(status, report, style: invocation.style))
        }
        return .done
    }

    private func text(_ status: RehearsalStatus, _ report: WriterReport?, style: TerminalStyle) -> String {
        var table = TerminalTable([
            "SITE", "POSTGRES", "ROLE", "TIMELINE", "STANDBYS", "KUBERNETES", "WAY THERE", "SERVICE",
        ])
        for site in status.sites {
            let cells = [
                site.name, site.postgres.rawValue, site.role ?? "-", site.timeline.map(String.init) ?? "-",
                site.streaming.map(String.init) ?? "-", site.kubernetes.rawValue, site.way.rawValue,
                site.service.map(String.init) ?? "no answer",
            ]
            table.add(cells.map { .init($0) })
        }
        var lines = [status.directory.shownSafely] + table.lines(style, indent: "")
        if let report, report.acknowledged > 0 {
            lines.append(
                "Writer \(status.isWriting ? "on" : "off"): \(report.acknowledged) rows acknowledged, "
                    + "\(report.lost.count) of them not on \(report.primary), the primary")
        }
        return lines.joined(separator: "\n")
    }

    private func json(_ status: RehearsalStatus, _ report: WriterReport?) -> JSONValue {
        [
            "directory": .string(status.directory), "isComplete": .bool(status.isComplete),
            "isWriting": .bool(status.isWriting),
            "writer": report.map {
                [
                    "acknowledged": .integer(Int64($0.acknowledged)), "lost": .integer(Int64($0.lost.count)),
                    "primary": .string($0.primary),
                ]
            } ?? .null,
            "sites": .array(
                status.sites.map {
                    [
                        "name": .string($0.name), "postgres": .string($0.postgres.rawValue), "role": JSONValue($0.role),
                        "timeline": JSONValue($0.timeline), "streaming": JSONValue($0.streaming),
                        "kubernetes": .string($0.kubernetes.rawValue), "way": .string($0.way.rawValue),
                        "service": JSONValue($0.service.map(Int64.init)),
                        "servicePort": .integer(Int64($0.servicePort)),
                    ]
                }),
        ]
    }
}
