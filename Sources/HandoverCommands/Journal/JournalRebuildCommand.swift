import ArgumentParser
import FailoverModel

/// `handover journal rebuild`.
struct JournalRebuildCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild", abstract: "Throw the kept projections away and fold them anew.",
        discussion: """
            The entries are not touched. Never needed for the states to be right, only after a doubt about them.

            Example:
              handover journal rebuild
            """)

    @OptionGroup var common: CommonOptions

    func perform(_ invocation: Invocation) async throws -> ExitStatus {
        let file = JournalFile(invocation)
        _ = try file.reader()
        let journal = try await file.openForWriting()
        try await journal.rebuildProjections()
        let head = try await journal.head()
        if invocation.isJSON {
            invocation.print(["head": HeadDocument.json(head)])
        } else {
            invocation.print("The projections are rebuilt from \(head.sequence) entries.")
        }
        return .done
    }
}
