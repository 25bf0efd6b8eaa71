import FailoverModel
import Synchronization
import Systems

/// The world as a run's entries tell it, for every command: who was away when, what failed how, how long it took.
///
/// Each look begins the step's next recorded try. Beyond the last one nothing is known, so the step is taken as done, and said
/// to be.
final class RecordedWorld: StepCommand {
    private struct State {
        var next: [String: Int] = [:]
        var present: [String: RecordedEpisode] = [:]
        var assumed: Set<String> = []
    }

    private let episodes: [String: [Direction: [RecordedEpisode]]]
    private let clock: any EngineClock
    private let state = Mutex(State())

    init(_ entries: [Entry], clock: any EngineClock) throws {
        episodes = try RecordedEpisode.all(in: entries)
        self.clock = clock
    }

    /// Steps of which nothing, or nothing more, is recorded.
    var assumed: Set<String> { state.withLock(\.assumed) }

    func examine(_ context: StepContext) async throws(Fault) -> Finding { try await look(context, .forward) }

    func act(_ context: StepContext, on finding: Finding) async throws(Fault) { try await act(context) }

    func verify(_ context: StepContext, after finding: Finding) async throws(Fault) -> Finding {
        try await proof(context)
    }

    func examineUndo(_ context: StepContext) async throws(Fault) -> Finding {
        // The engine proves an undo by looking again.
        if let present = present(context), present.intent?.direction == .back { return try await proof(context) }
        return try await look(context, .back)
    }

    func undo(_ context: StepContext, on finding: Finding) async throws(Fault) { try await act(context) }

    private func present(_ context: StepContext) -> RecordedEpisode? { state.withLock { $0.present[context.step] } }

    private func look(_ context: StepContext, _ direction: Direction) async throws(Fault) -> Finding {
        guard let episode = begin(context.step, direction) else {
            return Finding(.done, "nothing is recorded of it; taken as done")
        }
        await clock.sleep(milliseconds: episode.lookMilliseconds)
        if let intent = episode.intent { return Finding(.needed, intent.sentence, facts: intent.facts) }
        switch episode.outcome {
        case .foundDone(let facts, let sentence), .acted(let facts, let sentence):
            return Finding(.done, sentence, facts: facts)
        case .lookFailed(let fault), .actFailed(let fault, _): throw fault
        case .refused(let refused):
            if let acceptance = refused.acceptance, context.accepted.contains(acceptance) {
                // Answered for in advance this time, so that the next try is the one to look at.
                return try await look(context, direction)
            }
            return Finding(
                .refused(rule: refused.rule, acceptance: refused.acceptance), refused.sentence)
        case .doubted(let sentence): return Finding(.unobservable, sentence)
        }
    }

    private func begin(_ step: String, _ direction: Direction) -> RecordedEpisode? {
        state.withLock { state in
            let key = "\(direction.rawValue) \(step)"
            let index = state.next[key, default: 0]
            let all = episodes[step]?[direction] ?? []
            guard index < all.count else {
                state.assumed.insert(step)
                state.present[step] = nil
                return nil
            }
            state.next[key] = index + 1
            state.present[step] = all[index]
            return all[index]
        }
    }

    private func act(_ context: StepContext) async throws(Fault) {
        guard let episode = present(context) else { return }
        await clock.sleep(milliseconds: episode.actMilliseconds)
        guard case .actFailed(var fault, let isKnown) = episode.outcome else { return }
        // An undo is proven by looking again, which here would begin the next try: so its failure is told at once.
        if !isKnown, episode.intent?.direction == .back { fault.kind = .throttled }
        throw fault
    }

    private func proof(_ context: StepContext) async throws(Fault) -> Finding {
        guard let episode = present(context) else { return Finding(.done, "taken as done") }
        if case .back? = episode.intent?.direction { state.withLock { $0.present[context.step] = nil } }
        switch episode.outcome {
        case .acted(let facts, let sentence), .foundDone(let facts, let sentence):
            return Finding(.done, sentence, facts: facts)
        case .actFailed(let fault, _), .lookFailed(let fault): throw fault
        case .refused(let refused): return Finding(.waiting, refused.sentence)
        case .doubted(let sentence): return Finding(.unobservable, sentence)
        }
    }
}
