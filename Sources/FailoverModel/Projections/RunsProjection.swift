/// The runs that are not over, and the newest of those that are.
package struct RunsProjection: Sendable {
    /// How many finished runs are kept; the journal keeps all.
    package static let finishedKept = 200

    package var summaries: [String: RunSummary] { kept.values }
    private var current: (key: [UInt8], id: String) = ([], "")

    var kept = KeyedRecords<RunSummary>(name: "run")

    init() {}

    /// Newest first.
    package var newestFirst: [RunSummary] {
        summaries.values.sorted { ($0.startedAt, $0.id) > ($1.startedAt, $1.id) }
    }

    mutating func start(_ started: RunStarted, entry: EntryBytes) {
        let id = String(decoding: entry.run, as: UTF8.self)
        var summary = RunSummary(
            started, run: id, time: entry.time, actor: String(decoding: entry.actor, as: UTF8.self))
        summary.removesDrills =
            !started.settles.isEmpty && started.settles.allSatisfy { summaries[$0.run]?.kind == .drill }
        kept[id] = summary
    }

    /// Changes the entry's run; entries of runs that are not kept are passed over.
    @inline(__always)
    mutating func update(_ entry: EntryBytes, _ body: (inout RunSummary) -> Void) {
        if !current.key.elementsEqual(entry.run) {
            current = (Array(entry.run), String(decoding: entry.run, as: UTF8.self))
        }
        kept.update(current.id) { summary in
            summary.lastAt = entry.time
            body(&summary)
        }
    }

    mutating func release(_ payload: RunReleased, entry: EntryBytes) {
        update(entry) { summary in
            summary.standing = RunStanding(payload.reason)
            summary.summary = payload.summary
            summary.isGoodDrill = payload.isGoodDrill
            summary.executor = nil
            summary.claimedAt = nil
            summary.endedAt = summary.standing.isOver ? entry.time : nil
            summary.endedSequence = summary.standing.isOver ? entry.sequence : nil
        }
        forgetOldest()
    }

    mutating func abandon(_ payload: RunAbandoned, entry: EntryBytes) {
        update(entry) { summary in
            summary.standing = .abandoned
            summary.isGoodDrill = summary.kind == .drill ? false : nil
            summary.summary = payload.reason
            summary.executor = nil
            summary.claimedAt = nil
            summary.endedAt = entry.time
            summary.endedSequence = entry.sequence
        }
        forgetOldest()
    }

    private mutating func forgetOldest() {
        let finished = summaries.values.filter { $0.endedSequence != nil }
        guard finished.count > Self.finishedKept,
            let oldest = finished.min(by: { ($0.endedSequence ?? 0) < ($1.endedSequence ?? 0) })
        else { return }
        kept[oldest.id] = nil
    }
}
