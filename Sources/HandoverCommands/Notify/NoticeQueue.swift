import FailoverModel
import RunEngine

/// An entry of the journal that people are told of, with the run as it was right after it.
struct RunNotice: Equatable, Sendable {
    var matter: NoticeMatter
    var event: Event
    var entry: Entry
    var state: RunState
}

/// A run that wants something else of a person than when its alert was sent last.
struct AttentionChange: Equatable, Sendable {
    var before: RunAttention?
    var entry: Entry
    var state: RunState
}

/// What one hook is still to be told, from the journal's entries in their order. Pure.
///
/// What is overtaken before it could be told is left out: a question that was answered, a state that was over at once. What
/// happened is not.
struct NoticeQueue {
    /// Up to which entry it has read.
    private(set) var seen: Int64
    private(set) var notices: [RunNotice] = []
    /// By run.
    private(set) var changes: [String: AttentionChange] = [:]
    private var states: [String: RunState] = [:]

    init(after sequence: Int64) { seen = sequence }

    /// Whether the run's earlier entries have to be given before its next one.
    func wantsPast(of entry: Entry) -> Bool { states[entry.run] == nil && entry.type != "\(RunStarted.type)" }

    /// The entries of a run before the one that comes next.
    mutating func learn(_ past: [Entry], of run: String) throws { states[run] = try RunState.folding(past, run: run) }

    /// The next entry of a run.
    mutating func take(_ entry: Entry) throws {
        let event = try Event(entry)
        let before = states[entry.run]
        var state: RunState
        if case .runStarted(let started) = event, before == nil {
            state = RunState(started, entry: entry)
        } else {
            state = try before ?? RunState.folding([], run: entry.run)
            try state.apply(event, entry: entry)
        }
        seen = entry.sequence
        notices.removeAll { $0.isOvertaken(by: event, state) }
        if let matter = RunState.matter(of: event, before: before) {
            notices.append(RunNotice(matter: matter, event: event, entry: entry, state: state))
        }
        note(before?.attention, entry, state)
        // A run that is over is read anew where somebody goes on with it after all.
        states[entry.run] = state.standing.isOver ? nil : state
    }

    private mutating func note(_ before: RunAttention?, _ entry: Entry, _ state: RunState) {
        guard before != state.attention else {
            // The same is wanted still; what to type may be something else.
            changes[state.id]?.state = state
            return
        }
        let told = changes[state.id].map(\.before) ?? before
        changes[state.id] =
            told == state.attention ? nil : AttentionChange(before: told, entry: entry, state: state)
    }

    /// Everything up to an entry was looked at; those after the last one taken belong to no run.
    mutating func read(through sequence: Int64) { seen = max(seen, sequence) }

    mutating func drop(through sequence: Int64) { notices.removeAll { $0.entry.sequence <= sequence } }
    mutating func dropChanges() { changes = [:] }
}

extension RunNotice {
    /// A question is overtaken by its answer, and by the end of whoever asked it, which is told itself.
    fileprivate func isOvertaken(by event: Event, _ now: RunState) -> Bool {
        guard matter == .waiting, now.id == state.id else { return false }
        switch event {
        case .runReleased, .runAbandoned: return true
        default: return !now.stepsInNeedOfAnswer.contains { $0.id == self.event.step }
        }
    }
}
