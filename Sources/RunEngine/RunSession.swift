import FailoverModel
import Systems

/// One executor's time with a run: which steps are under way, and what wakes it up.
struct RunSession {
    let executor: RunExecutor
    let ledger: RunLedger
    private let time: EngineTime
    /// The person's wish to stop, and what the end of the grace makes of it.
    private let interruption = Interruption()
    private var underWay: Set<String> = []
    private var timerDue: Moment?

    private typealias Group = ThrowingTaskGroup<WakeUp, any Error>

    private enum WakeUp: Sendable {
        case ended(step: String)
        case timer
        case asked
        case urged
        case graceOver
    }

    init(executor: RunExecutor, ledger: RunLedger) {
        self.executor = executor
        self.ledger = ledger
        time = EngineTime(executor.clock)
    }

    /// An error of the journal, or a lost claim, ends the session at once: what is under way is cancelled, and nothing
    /// more is appended.
    func run() async throws -> RunState {
        try await withThrowingTaskGroup(of: WakeUp.self) { group in
            var session = self
            defer { group.cancelAll() }
            group.addTask { [interruption = executor.interruption] in
                await interruption.wait(for: .asked)
                return .asked
            }
            group.addTask { [interruption = executor.interruption] in
                await interruption.wait(for: .urgent)
                return .urged
            }
            while true {
                if let ending = try await session.move(&group) { return try await session.end(ending) }
                switch try await group.next() {
                case .ended(let step): session.underWay.remove(step)
                case .timer: session.timerDue = nil
                case .asked: session.beginGrace(&group)
                case .urged, .graceOver: interruption.urge()
                case nil: break
                }
            }
        }
    }

    private mutating func move(_ group: inout Group) async throws -> NextMoves.Ending? {
        try await ledger.catchUp()
        let moves = await ledger.state.nextMoves(
            now: time.now, underWay: underWay, isInterrupted: executor.interruption.isAsked)
        for step in moves.ask { try await ask(step, &group) }
        for step in moves.take { try await take(step, &group) }
        if moves.ending == nil { setTimer(until: moves.wakeAt, &group) }
        return moves.ending
    }

    /// Looks again after half a second at the latest: somebody else may have approved or skipped something.
    private mutating func setTimer(until moment: Moment?, _ group: inout Group) {
        let latest = time.now.advanced(byMilliseconds: 500)
        let due = min(moment ?? latest, latest)
        if let timerDue, timerDue <= due { return }
        timerDue = due
        let clock = executor.clock
        let wait = max(1, due.milliseconds(since: time.now))
        group.addTask {
            await clock.sleep(milliseconds: wait)
            return .timer
        }
    }

    private func beginGrace(_ group: inout Group) {
        interruption.ask()
        let (clock, grace) = (executor.clock, executor.graceMilliseconds)
        group.addTask {
            await clock.sleep(milliseconds: grace)
            return .graceOver
        }
    }

    private func end(_ ending: NextMoves.Ending) async throws -> RunState {
        try await ledger.release(
            executor.executor, reason: ending.reason, ending.summary, isGoodDrill: ending.isGoodDrill)
    }

    private mutating func take(_ id: String, _ group: inout Group) async throws {
        let state = await ledger.state
        guard let index = state.plan.steps.firstIndex(where: { $0.id == id }) else { return }
        let step = state.plan.steps[index]
        guard let command = executor.commands[step.command] else { throw RunError.notPossible(.unknownCommand(step)) }
        let debt = state.kind == .settlement && index < state.settles.count ? state.settles[index] : nil
        var context = await ledger.context(for: step, topology: executor.topology, recorded: executor.recorded)
        context.debtor = debt?.run
        let attempt = StepAttempt(
            step: step, direction: state.direction, command: command, context: context,
            ledger: ledger, clock: executor.clock, time: time, listener: executor.listener, jitter: executor.random(),
            interruption: interruption, settles: debt)
        underWay.insert(id)
        group.addTask {
            try await attempt.run()
            return .ended(step: id)
        }
    }

    /// Journals the question first, so that a person elsewhere can answer it too.
    private mutating func ask(_ id: String, _ group: inout Group) async throws {
        guard let step = await ledger.state.plan.step(id), let question = step.approval else { return }
        try await ledger.append { _ in [.approvalRequested(ApprovalRequested(step: id, question: question))] }
        let (ledger, executor) = (ledger, executor)
        underWay.insert(id)
        group.addTask {
            if let answer = await Self.answer(step, question: question, ledger: ledger, executor: executor) {
                try await ledger.append { state in
                    guard state.record(id).standing == .asked else { return [] }
                    return answer.isYes
                        ? [.stepApproved(StepApproved(step: id, accepts: step.accepts, reason: answer.reason))]
                        : [.stepDenied(StepDenied(step: id, reason: answer.reason))]
                }
            }
            return .ended(step: id)
        }
    }

    /// The answer of the person at hand; `nil` when nobody is, when it was answered elsewhere, or on an interruption.
    private static func answer(
        _ step: PlannedStep, question: String, ledger: RunLedger, executor: RunExecutor
    ) async -> Answer? {
        await withTaskGroup(of: Answer?.self) { group in
            group.addTask { await executor.approver.answer(step: step, question: question) }
            group.addTask {
                repeat {
                    await executor.clock.sleep(milliseconds: 500)
                } while await ledger.state.record(step.id).standing == .asked && !Task.isCancelled
                return nil
            }
            group.addTask {
                await executor.interruption.wait(for: .asked)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
    }
}
