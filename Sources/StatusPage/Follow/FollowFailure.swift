import FailoverModel
import JournalStore

/// Why the journal is not followed any further, and what to do.
package struct FollowFailure: Equatable, Sendable {
    /// Tells nothing of what is in the journal, since anybody may ask for `/healthz`.
    package var what: String
    package var next: String
    /// More, for those who may see the page.
    package var detail: String?

    init(_ error: any Error) {
        switch error as? JournalError {
        case .missing:
            what = "the journal is gone"
            next = "Put it back with its -wal, or restart handover serve on another one"
        case .replaced(_, let why):
            what = "the journal was replaced: \(why)"
            next = "Put the right file back with its -wal, or restart handover serve to show the one that is there"
        case .foreign, .newerFormat, .unusable, .busy, .poisoned, .behind, .damaged, .headMoved, .badLine, nil:
            what = "the journal cannot be read"
            next = "handover journal verify says whether it is sound"
            detail = "\(error)"
        }
    }

    /// All of it, in one line.
    package var text: String { "\(what)\(detail.map { " (\($0))" } ?? ""). Next: \(next)" }

    /// As a server-sent event. An event without words says that all is well again.
    static func event(_ failure: FollowFailure?) -> String {
        let data: JSONValue = ["what": JSONValue(failure?.what), "next": JSONValue(failure?.next)]
        return "event: failure\ndata: \(String(decoding: data.jsonBytes, as: UTF8.self))\n\n"
    }
}
