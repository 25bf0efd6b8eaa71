import ArgumentParser

/// `handover journal`: the group.
struct JournalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journal", abstract: "Verify, rebuild, export and import the journal.",
        discussion: """
            Examples:
              handover journal verify
              handover journal export --output journal.jsonl
              handover journal import journal.jsonl --journal copy.sqlite
            """,
        subcommands: [
            JournalVerifyCommand.self, JournalRebuildCommand.self, JournalExportCommand.self, JournalImportCommand.self,
        ])
}
