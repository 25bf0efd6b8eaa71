/// An answer that goes on: the changes of the objects a query asks for, one JSON line each.
struct ObjectWatch: Sendable {
    let query: ListQuery
    let presentation: ObjectPresentation
    let timeoutSeconds: Int64
    var start: [WatchEvent] = []
    var changes: WatchChanges?
    /// The version at which the initial events end, when the client asked for that mark.
    var initialEnd: Int64?
    var failure: APIFailure?

    /// The lines that are known at once.
    func firstLines(_ writer: inout WatchLines) -> [UInt8] {
        if let failure { return writer.line(type: "ERROR", failure.status) }
        var bytes = start.flatMap { writer.lines(for: $0, of: self) }
        if let initialEnd { bytes += writer.line(type: "BOOKMARK", bookmark(at: initialEnd)) }
        return bytes
    }

    private func bookmark(at version: Int64) -> APIValue {
        [
            "kind": .string(presentation.bookmarkKind.kind),
            "apiVersion": .string(presentation.bookmarkKind.apiVersion),
            "metadata": [
                "resourceVersion": .string(String(version)), "creationTimestamp": .null,
                "annotations": ["k8s.io/initial-events-end": "true"],
            ],
        ]
    }
}

/// Writes the events of one watch; a table's columns go out with its first row only.
struct WatchLines: Sendable {
    private var isFirst = true

    /// The line of an event, or nothing when the event is not for this watch.
    ///
    /// An object that begins to match a selector is an addition, and one that no longer matches a deletion.
    mutating func lines(for event: WatchEvent, of watch: ObjectWatch) -> [UInt8] {
        let matches = watch.query.matches(event.key, event.object.value)
        let matched = event.previous.map { watch.query.matches(event.key, $0) }
        let type: WatchEvent.Change
        switch (event.change, matched, matches) {
        case (.modified, .some(true), false): type = .deleted
        case (.modified, .some(false), true): type = .added
        case (_, _, true): type = event.change
        case (_, _, false): return []
        }
        let object = watch.presentation.watched(event.object.value, isFirst: isFirst)
        isFirst = false
        return line(type: type.rawValue, object)
    }

    func line(type: String, _ object: APIValue) -> [UInt8] {
        APIValue.object(["type": .string(type), "object": object]).encoded() + [UInt8(ascii: "\n")]
    }
}
