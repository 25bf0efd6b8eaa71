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
        let status = try await RehearsalStage(directory: rehearsal.directory).status()
        if invocation.isJSON { invocation.print(json(status)) } else { invocation.print(text(status)) }
        return .done
    }

    private func text(_ status: RehearsalStatus) -> String {
        var table = TextTable([
            "SITE", "POSTGRES", "ROLE", "TIMELINE", "STANDBYS", "KUBERNETES", "WAY THERE", "SERVICE",
        ])
        for site in status.sites {
            table.add([
                site.name, site.postgres.rawValue, site.role ?? "", site.timeline.map(String.init) ?? "",
                site.streaming.map(String.init) ?? "", site.kubernetes.rawValue, site.way.rawValue,
                site.service.map(String.init) ?? "no answer",
            ])
        }
        return "\(status.directory)\(status.isWriting ? ", the writer is on" : "")\n\(table.text)"
    }

    private func json(_ status: RehearsalStatus) -> JSONValue {
        [
            "directory": .string(status.directory), "isComplete": .bool(status.isComplete),
            "isWriting": .bool(status.isWriting),
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
