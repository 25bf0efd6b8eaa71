import ArgumentParser
import FailoverModel
import Glibc
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
        let isNew = !SmallText.exists(invocation.journalPath)
        let head: JournalHead
        do { head = try await take(into: invocation.journalPath) } catch {
            if isNew { removeEmpty(invocation.journalPath) }
            throw error
        }
        if invocation.isJSON {
            invocation.print(["head": HeadDocument.json(head)])
        } else {
            invocation.print("\(invocation.journalPath) holds \(head.sequence) entries now.")
        }
        return .done
    }

    private func take(into path: String) async throws -> JournalHead {
        let writer = try JournalWriter(path: path)
        try await writer.assertWritable()
        let head = try await writer.importLines(from: file)
        try await writer.checkpoint(JournalProjections.self)
        return head
    }

    /// Nothing was taken in, so the file made for it goes again; one that holds an entry by now stays.
    private func removeEmpty(_ path: String) {
        guard let head = try? JournalReader(path: path).head(), head.sequence == 0 else { return }
        for end in ["", "-wal", "-shm", ".head"] { unlink(path + end) }
    }
}
