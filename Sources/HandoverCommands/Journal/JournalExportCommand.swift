import ArgumentParser
import FailoverModel
import Glibc
import JournalStore

/// `handover journal export`.
struct JournalExportCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Hand out the journal as JSON Lines.",
        discussion: """
            A header, then one line an entry, with payloads and hashes as they are stored: an import proves that \
            nothing is missing. Without --output the lines go to standard output; --json then has nothing to add.

            Example:
              handover journal export --output journal.jsonl
            """)

    @Option(help: ArgumentHelp("The file to write; it must not be there yet.", valueName: "file"), completion: .file())
    var output: String?
    @OptionGroup var common: CommonOptions

    func perform(_ invocation: Invocation) async throws -> ExitStatus {
        let reader = try JournalFile(invocation).reader()
        guard let output else {
            try reader.exportLines { invocation.console.output(String(decoding: $0, as: UTF8.self) + "\n") }
            return .done
        }
        let file = try NewFile(output)
        try reader.exportLines { try file.write($0 + [UInt8(ascii: "\n")]) }
        try file.close()
        if invocation.isJSON {
            invocation.print(["output": .string(output), "head": HeadDocument.json(try reader.head())])
        } else {
            invocation.print("Written to \(output).")
        }
        return .done
    }
}
