import ArgumentParser
import FailoverModel
import JournalStore

/// `handover journal verify`.
struct JournalVerifyCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Prove that no entry was changed, removed or reordered.",
        discussion: """
            Walks the hash chain from the first entry and names the first that is wrong (exit code 5). A head that was \
            written down elsewhere also proves that no entry is missing at the end. What is kept of the entries for \
            status must follow from them, too.

            Examples:
              handover journal verify
              handover journal verify --head 118:9f2c…
            """)

    @Option(
        help: ArgumentHelp("A head that the journal is known to have had.", valueName: "sequence:hash"),
        transform: KnownHead.init)
    var head: KnownHead?
    @OptionGroup var common: CommonOptions

    func perform(_ invocation: Invocation) async throws -> ExitStatus {
        var found = try JournalReader.verify(path: invocation.journalPath, knownHead: head?.head)
        let isKeptWell = try !found.isSound || projectionsFollow(invocation)
        if !isKeptWell {
            found.firstBad = Verification.Bad(
                sequence: found.head.sequence,
                reason: "the entries are sound, but what is kept of them for status is not theirs")
        }
        if invocation.isJSON {
            invocation.print(Self.document(found))
        } else if !isKeptWell {
            invocation.print(
                """
                \(invocation.journalPath): all \(found.entries) entries are sound, but what is kept of them for status is \
                not theirs
                Next: \(invocation.line("journal", "rebuild"))
                """)
        } else if let bad = found.firstBad {
            invocation.print(
                """
                \(invocation.journalPath) is NOT sound: entry \(bad.sequence): \(bad.reason)
                \(found.entries) entries before it are sound, up to \(found.head.text)
                Next: keep this file as it is, and go on from a copy or an export that is sound
                """)
        } else {
            invocation.print("\(invocation.journalPath) is sound: \(found.entries) entries, head \(found.head.text)")
        }
        return found.isSound ? .done : .journalDamaged
    }

    /// Whether the projections that were kept are what the entries give.
    private func projectionsFollow(_ invocation: Invocation) throws -> Bool {
        try JournalFile(invocation).reader().keptFollowsEntries(JournalProjections.self)
    }

    static func document(_ found: Verification) -> JSONValue {
        [
            "sound": .bool(found.isSound), "entries": .integer(found.entries), "head": HeadDocument.json(found.head),
            "firstBad": found.firstBad.map {
                ["sequence": .integer($0.sequence), "reason": .string($0.reason)]
            } ?? .null,
        ]
    }
}

/// A head as `verify` prints it.
struct KnownHead {
    let head: JournalHead

    init(_ text: String) throws {
        guard let head = JournalHead(text: text) else {
            throw ValidationError(
                "\"\(text)\" is not a head. Write it as verify prints it: 118: and 64 hexadecimal digits.")
        }
        self.head = head
    }
}
