import ArgumentParser
import FailoverModel
import JournalStore

/// `handover journal import`.
struct JournalImportCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Take an export into a new journal.",
        discussion: """
            Every line is proven by the hash chain; the journal to import into must not hold an entry yet.

            Example:
              handover journal import journal.jsonl --journal copy.sqlite
            """)

    @Argument(help: ArgumentHelp("What export wrote.", valueName: "file"), completion: .file())
    var file: String
    @OptionGroup var common: CommonOptions

    func perform(_ invocation: Invocation) async throws -> ExitStatus {
        guard SmallText.exists(file) else {
            throw Fault(
                .invalid, "there is no such file", at: file, next: "Give a file that handover journal export wrote")
        }
        let writer = try JournalWriter(path: invocation.journalPath)
        try await writer.assertWritable()
        let head = try await writer.importLines(from: file)
        try await writer.checkpoint(JournalProjections.self)
        if invocation.isJSON {
            invocation.print(["head": HeadDocument.json(head)])
        } else {
            invocation.print("\(invocation.journalPath) holds \(head.sequence) entries now.")
        }
        return .done
    }
}
