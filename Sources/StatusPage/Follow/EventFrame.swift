import FailoverModel
import TimelineReports

/// An entry as server-sent events carry it (HTML Standard, 9.2): its sequence is the `id`, so that whoever comes back with
/// `Last-Event-ID` gets exactly what came after it.
struct EventFrame: Sendable {
    let sequence: Int64
    /// The whole frame, its empty line included.
    let text: String

    /// Longer sentences are cut here, so that what is kept for clients stays small; the page has all of them.
    static let longest = 2000

    init(_ entry: Entry, event: Event) {
        sequence = entry.sequence
        text =
            "id: \(entry.sequence)\nevent: entry\ndata: \(String(decoding: Self.json(entry, event).jsonBytes, as: UTF8.self))\n\n"
    }

    /// `sequence time run actor type step sentence`: what `data` holds. Every text is as a person may see it.
    static func json(_ entry: Entry, _ event: Event) -> JSONValue {
        [
            "sequence": .integer(entry.sequence), "time": .string(entry.time.description),
            "run": .string(entry.run.cut(to: 200).shownSafely), "actor": .string(entry.actor.cut(to: 200).shownSafely),
            "type": .string(entry.type.shownSafely), "step": JSONValue(event.step?.cut(to: 200).shownSafely),
            "sentence": .string(event.sentence(by: entry.actor).cut(to: longest).shownSafely),
        ]
    }
}
