import FailoverModel

/// How far a played run has come: its state after some of its entries.
struct ReplayPosition {
    let entries: [Entry]
    private(set) var state: RunState
    /// Of the entries, how many are applied; at least the first.
    private(set) var applied = 1
    private(set) var lastEvent: Event

    init(_ entries: [Entry]) throws {
        self.entries = entries
        guard let first = entries.first, case .runStarted(let started) = try Event(first) else {
            throw InvalidTransition(
                sequence: entries.first?.sequence ?? 0, what: "the run does not begin with run.started")
        }
        state = RunState(started, entry: first)
        lastEvent = .runStarted(started)
    }

    var present: Entry { entries[applied - 1] }
    var next: Entry? { applied < entries.count ? entries[applied] : nil }
    var isAtEnd: Bool { next == nil }

    /// Takes in the next entry; false at the end.
    mutating func stepForward() throws -> Bool {
        guard let next else { return false }
        lastEvent = try Event(next)
        try state.apply(lastEvent, entry: next)
        applied += 1
        return true
    }

    mutating func stepBack() throws { try move(to: applied - 1) }

    /// To the last entry up to a sequence of the journal, and never before the first.
    mutating func jump(to sequence: Int64) throws {
        try move(to: entries.prefix { $0.sequence <= sequence }.count)
    }

    /// States only go forward, so going back begins anew.
    private mutating func move(to count: Int) throws {
        let count = max(1, min(count, entries.count))
        if count < applied { self = try ReplayPosition(entries) }
        while applied < count { _ = try stepForward() }
    }
}
