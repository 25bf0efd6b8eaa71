import FailoverModel
import Systems

/// One try of one step, from looking to the journalled outcome.
///
/// Looks; journals the intent with what was found; acts; looks again until it is so; journals the outcome. Everything
/// that can go wrong ends in an event or in an error of the journal itself, which stops the executor.
struct StepAttempt {
    private static let lookFirst = "Resume: it will be looked at before anything is done"

    let step: PlannedStep
    let direction: Direction
    let command: any StepCommand
    let context: StepContext
    let ledger: RunLedger
    let clock: any EngineClock
    let time: EngineTime
    let listener: any RunListener
    let jitter: Double
    let interruption: Interruption
    let settles: Debt?

    func run() async throws {
        let endsAt = clock.monotonicMilliseconds() + step.deadlineMilliseconds
        var waitsFor: Finding?
        while true {
            // The session ended with an error: nothing may be appended any more.
            try Task.checkCancellation()
            switch await looked(until: endsAt, level: .asked, { () async throws(Fault) in try await examine() }) {
            case .interrupted: return
            case .timedOut:
                if let waitsFor { return try await waitEnded(waitsFor) }
                return try await lookFailed(
                    Fault(
                        .unreachable, "looking took longer than \(seconds(step.deadlineMilliseconds))", at: place,
                        next: "See whether \(step.site) answers, then resume"))
            case .ended(.failure(let fault)): return try await lookFailed(fault)
            case .ended(.success(let finding)):
                guard try await take(finding, endsAt: endsAt) == .lookAgain else { return }
                waitsFor = finding
            }
            await pause(200, level: .asked)
            if interruption.isAsked { return }
        }
    }

    private enum Progress { case ended, lookAgain }

    private func take(_ finding: Finding, endsAt: Int64) async throws -> Progress {
        let wasIntended = await ledger.state.record(step.id).isIntended(direction)
        switch finding.verdict {
        case .done: try await succeed(finding, how: wasIntended ? .adopted : .alreadySo)
        case .refused(let rule, let acceptance):
            try await append(
                finding.seen,
                .stepRefused(
                    StepRefused(
                        step: step.id, direction: direction, rule: rule, sentence: finding.sentence,
                        acceptance: acceptance)))
        case .unobservable where wasIntended:
            try await append(
                finding.seen,
                .stepDoubted(StepDoubted(step: step.id, direction: direction, sentence: finding.sentence)))
        case .unobservable, .needed: try await act(on: finding, endsAt: endsAt)
        case .waiting:
            listener.noticed(step: step.id, finding.sentence, seen: finding.observations)
            guard clock.monotonicMilliseconds() < endsAt else {
                try await waitEnded(finding)
                return .ended
            }
            return .lookAgain
        }
        return .ended
    }

    /// What it waits for, as the last whole look saw it, has not come in time.
    private func waitEnded(_ finding: Finding) async throws {
        let wasIntended = await ledger.state.record(step.id).isIntended(direction)
        try await fail(
            Fault(
                .unavailable, "not so within \(seconds(step.deadlineMilliseconds)): \(finding.sentence)", at: place,
                next: "Look at what it waits for, then resume"),
            isKnown: !wasIntended, seen: finding.seen)
    }

    private func act(on finding: Finding, endsAt: Int64) async throws {
        if interruption.isAsked { return }
        try await ledger.append { state in
            finding.seen + [
                .stepIntended(
                    StepIntended(
                        step: step.id, attempt: state.record(step.id).attempts + 1, direction: direction,
                        isPivot: step.isPivot, facts: finding.facts, sentence: finding.sentence))
            ]
        }
        let acted = await timed(until: endsAt, level: .urgent) { () async throws(Fault) in
            switch direction {
            case .forward: try await command.act(context, on: finding)
            case .back: try await command.undo(context, on: finding)
            }
        }
        switch acted {
        case .ended(.success): try await verify(finding, endsAt: endsAt, doubt: nil)
        case .timedOut, .interrupted:
            try await verify(
                finding, endsAt: endsAt,
                doubt: Fault(
                    .uncertain, "no answer within \(seconds(step.deadlineMilliseconds))", at: place,
                    next: Self.lookFirst))
        case .ended(.failure(let fault)):
            switch fault.kind {
            case .uncertain, .unavailable: try await verify(finding, endsAt: endsAt, doubt: fault)
            case .unreachable, .rejected, .forbidden, .conflict, .throttled, .refused, .invalid:
                try await fail(fault, isKnown: true)
            }
        }
    }

    /// Looks until it is so or the time is over; at least once, however late it is.
    private func verify(_ finding: Finding, endsAt: Int64, doubt: Fault?) async throws {
        var pause: Int64 = 20
        var last = doubt
        while true {
            let looked = await looked(until: max(endsAt, clock.monotonicMilliseconds() + 2000), level: .urgent) {
                () async throws(Fault) in
                switch direction {
                case .forward: try await command.verify(context, after: finding)
                case .back: try await command.examineUndo(context)
                }
            }
            switch looked {
            case .ended(.success(let seen)):
                switch seen.verdict {
                case .done: return try await succeed(seen, how: .acted)
                case .needed, .waiting, .refused, .unobservable:
                    if case .unobservable = seen.verdict, doubt == nil { return try await succeed(seen, how: .acted) }
                    listener.noticed(step: step.id, seen.sentence, seen: seen.observations)
                    last = Fault(
                        .uncertain, doubt.map { "\($0.what); then seen: \(seen.sentence)" } ?? seen.sentence, at: place,
                        next: Self.lookFirst)
                }
            case .ended(.failure(let fault)): last = doubt ?? fault
            case .timedOut, .interrupted: break
            }
            try Task.checkCancellation()
            guard clock.monotonicMilliseconds() < endsAt, !interruption.isUrgent else { break }
            await self.pause(pause, level: .urgent)
            pause = min(pause * 2, 500)
        }
        let fault =
            last
            ?? Fault(
                .uncertain, "not seen to be so within \(seconds(step.deadlineMilliseconds))", at: place,
                next: Self.lookFirst)
        try await fail(fault, isKnown: false)
    }

    private func examine() async throws(Fault) -> Finding {
        switch direction {
        case .forward: try await command.examine(context)
        case .back: try await command.examineUndo(context)
        }
    }

    private func lookFailed(_ fault: Fault) async throws {
        if fault.kind == .unreachable, direction == .forward, step.whenUnreachable == .defer {
            let away = SiteObservation(
                site: step.site, cluster: step.cluster,
                seen: .unreachable(system: step.system, reason: fault.what))
            return try await append(
                [.siteObserved(SiteObserved(away))],
                .stepDeferred(StepDeferred(step: step.id, site: step.site, title: step.title, reason: fault.what)))
        }
        let wasIntended = await ledger.state.record(step.id).isIntended(direction)
        try await fail(fault, isKnown: !wasIntended)
    }

    private func succeed(_ finding: Finding, how: StepSucceeded.How) async throws {
        let succeeded = Event.stepSucceeded(
            StepSucceeded(
                step: step.id, direction: direction, how: how, isPivot: step.isPivot, facts: finding.facts,
                sentence: finding.sentence))
        let debt = settles.map { debt -> Event in
            switch direction {
            case .forward: .debtSettled(DebtSettled(site: step.site, debt: debt))
            case .back:
                .debtReopened(
                    DebtReopened(
                        site: step.site, debt: debt, title: step.title, reason: "what was settled was taken back"))
            }
        }
        try await ledger.append { _ in finding.seen + [succeeded] + [debt].compactMap(\.self) }
    }

    private func fail(_ fault: Fault, isKnown: Bool, seen: [Event] = []) async throws {
        try await ledger.append { state in
            let failures = state.record(step.id).failuresInClaim + 1
            let mayRetry = step.retry.mayRepeat(fault, after: failures - 1) && !interruption.isAsked
            let wait = step.retry.waitMilliseconds(
                afterFailure: failures, jitter: jitter, asked: fault.retryAfterMilliseconds)
            return seen + [
                .stepFailed(
                    StepFailed(
                        step: step.id, direction: direction, isKnown: isKnown, fault: fault,
                        retryAt: mayRetry ? time.now.advanced(byMilliseconds: wait) : nil))
            ]
        }
    }

    private func append(_ seen: [Event], _ event: Event) async throws {
        try await ledger.append { _ in seen + [event] }
    }

    /// A look that is cut off says nothing of what is there, unless it is done.
    private func looked(
        until endsAt: Int64, level: Interruption.Level,
        _ look: @escaping @Sendable () async throws(Fault) -> Finding
    ) async -> Timed<Finding> {
        await timed(until: endsAt, level: level, standsLate: \.standsLate, look)
    }

    private func timed<Value: Sendable>(
        until endsAt: Int64, level: Interruption.Level, standsLate: @Sendable (Value) -> Bool = { _ in true },
        _ operation: @escaping @Sendable () async throws(Fault) -> Value
    ) async -> Timed<Value> {
        await withDeadline(
            milliseconds: endsAt - clock.monotonicMilliseconds(), clock: clock, interruption: interruption,
            level: level, standsLate: standsLate, operation)
    }

    private func pause(_ milliseconds: Int64, level: Interruption.Level) async {
        _ = await withDeadline(milliseconds: milliseconds, clock: clock, interruption: interruption, level: level) {
            () async throws(Fault) in await clock.sleep(milliseconds: milliseconds)
        }
    }

    private var place: String { "step \(step.id) (\(step.command) at \(step.site))" }

    private func seconds(_ milliseconds: Int64) -> String { "\(milliseconds / 1000).\(milliseconds / 100 % 10) s" }
}

extension Finding {
    /// What was seen on the way, as the journal takes it.
    fileprivate var seen: [Event] {
        observations.map { .siteObserved(SiteObserved($0)) } + comparisons.map { .secretsCompared($0) }
    }
}

extension PlannedStep {
    /// `postgres` of `postgres.promote`.
    package var system: String { String(command.prefix { $0 != "." }) }
}

extension StepRecord {
    /// Whether an intent in this direction is durable whose outcome is not a success.
    fileprivate func isIntended(_ direction: Direction) -> Bool {
        switch direction {
        case .forward: remembered != nil
        case .back: standing == .undoing || standing == .undoUnknown || standing == .undoFailed
        }
    }
}
