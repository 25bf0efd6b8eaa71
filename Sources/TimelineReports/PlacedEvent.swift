import FailoverModel

/// An entry with its event, and where it lies in the run.
struct PlacedEvent {
    var entry: Entry
    var event: Event
    var point: RunTimeline.Point
    var clockWentBackMilliseconds: Int64?

    /// Places a run's entries. Throws where one cannot be read, or where they are not one run's in order.
    static func placing(_ entries: [Entry]) throws -> [PlacedEvent] {
        var placed: [PlacedEvent] = []
        for entry in entries {
            if let before = placed.last, before.entry.run != entry.run || before.entry.sequence >= entry.sequence {
                throw TimelineFailure("the entries are not those of one run in order", sequence: entry.sequence)
            }
            let step = placed.last.map { entry.time.microseconds &- $0.entry.time.microseconds } ?? 0
            let elapsed = (placed.last?.point.elapsedMicroseconds ?? 0) &+ max(0, step)
            placed.append(
                PlacedEvent(
                    entry: entry, event: try Event(entry),
                    point: RunTimeline.Point(
                        sequence: entry.sequence, time: entry.time, elapsedMicroseconds: elapsed),
                    clockWentBackMilliseconds: step < 0 ? max(1, -(step / 1000)) : nil))
        }
        return placed
    }

    var sentence: String { event.sentence(by: entry.actor) }
}
