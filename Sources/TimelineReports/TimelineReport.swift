import FailoverModel

/// One run, or several that belong together (a failover, its settlement, the failback), as one story.
package struct TimelineReport: Sendable {
    /// By when they began.
    package let runs: [RunTimeline]
    /// Where times are shown beside UTC; `nil`: in UTC alone.
    package let zone: LocalZone?

    /// At least one run.
    package init(_ runs: [RunTimeline], zone: LocalZone? = nil) throws {
        guard !runs.isEmpty else { throw TimelineFailure("no run was given") }
        self.runs = runs.sorted { $0.started.sequence < $1.started.sequence }
        self.zone = zone
    }

    /// An item of one of the runs, placed on the time of all.
    package struct PlacedItem: Equatable, Sendable {
        package var run: Int
        /// Microseconds from the start of the first run.
        package var position: Int64
        package var item: RunTimeline.Item
    }

    /// Microseconds from the start of the first run to that of each; never earlier than the run before began.
    package var offsets: [Int64] {
        var offsets: [Int64] = []
        for run in runs {
            let offset = run.started.time.microseconds &- runs[0].started.time.microseconds
            offsets.append(max(offset, offsets.last ?? 0))
        }
        return offsets
    }

    /// Every item of every run, as they happened.
    package var items: [PlacedItem] {
        let lists = zip(runs.indices, offsets).map { index, offset in
            runs[index].items.map { PlacedItem(run: index, position: $0.position &+ offset, item: $0) }
        }
        guard lists.count > 1 else { return lists.first ?? [] }
        // Each list is in order already; the sort is stable, so it stays so within a run.
        return lists.joined().sorted { ($0.position, $0.item.point.sequence) < ($1.position, $1.item.point.sequence) }
    }
}
