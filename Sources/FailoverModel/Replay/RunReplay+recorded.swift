extension RunReplay {
    /// Compares what one entry records with what today's plan makes of the same outcome.
    mutating func checkRecorded(_ event: Event, _ entry: Entry) {
        switch event {
        case .stepIntended(let payload): checkCommand(payload, entry)
        case .approvalRequested(let payload): checkQuestion(payload, entry)
        case .stepApproved(let payload): checkAnswer(payload, entry)
        case .stepSucceeded(let payload): checkDuration(payload.step, payload.direction, entry)
        case .stepFailed(let payload): checkFailure(payload, entry)
        case .stepDeferred(let payload):
            if let step = now.state.plan.step(payload.step), step.whenUnreachable == .fail, !payload.isByGivingUp {
                report(
                    .unreachable, at: entry.sequence, step.id, then: "the step was owed to \(payload.site)",
                    now: "the run stops, because \(payload.site) is away")
            }
        case .runReleased(let payload): checkEnding(payload, entry)
        case .runStarted, .runClaimed, .rollbackStarted, .noteAdded, .outsideEventRecorded, .stepDenied, .stepSkipped,
            .stepDecided,
            .stepRefused, .stepDoubted, .debtSettled, .siteObserved, .secretsCompared, .checkCompleted, .runAbandoned,
            .rollbackWithdrawn, .debtReopened:
            break
        }
    }

    private mutating func checkCommand(_ intended: StepIntended, _ entry: Entry) {
        guard intended.direction == .forward, then.state.record(intended.step).remembered == nil,
            let was = then.state.plan.step(intended.step), let todays = now.state.plan.step(intended.step)
        else { return }
        guard was.doing != todays.doing else { return }
        report(.command, at: entry.sequence, was.id, then: was.doing, now: todays.doing)
    }

    private mutating func checkQuestion(_ asked: ApprovalRequested, _ entry: Entry) {
        guard let step = now.state.plan.step(asked.step), step.approval != asked.question else { return }
        report(
            .question, at: entry.sequence, step.id, then: "a person was asked: \(asked.question)",
            now: step.approval.map { "a person is asked: \($0)" } ?? "nobody is asked")
    }

    private mutating func checkAnswer(_ approved: StepApproved, _ entry: Entry) {
        guard let was = then.state.plan.step(approved.step), let todays = now.state.plan.step(approved.step),
            was.accepts != todays.accepts, approved.accepts == was.accepts
        else { return }
        report(
            .question, at: entry.sequence, was.id, then: "\(entry.actor) answered for \(Self.list(was.accepts))",
            now: "the same yes answers for \(Self.list(todays.accepts))")
    }

    private mutating func checkDuration(_ id: String, _ direction: Direction, _ entry: Entry) {
        guard direction == .forward, let began = begunAt[id], let was = then.state.plan.step(id),
            let todays = now.state.plan.step(id), todays.deadlineMilliseconds < was.deadlineMilliseconds
        else { return }
        let took = entry.time.milliseconds(since: began)
        guard took > todays.deadlineMilliseconds else { return }
        report(
            .deadline, at: entry.sequence, id, then: "it was done after \(took) ms",
            now: "its time is over after \(todays.deadlineMilliseconds) ms")
    }

    private mutating func checkFailure(_ failed: StepFailed, _ entry: Entry) {
        guard let was = then.state.plan.step(failed.step), let todays = now.state.plan.step(failed.step) else { return }
        if failed.fault.kind == .unreachable, failed.direction == .forward, was.whenUnreachable == .fail,
            todays.whenUnreachable == .defer, then.state.record(failed.step).remembered == nil
        {
            report(
                .unreachable, at: entry.sequence, todays.id, then: "it failed, because \(todays.site) was away",
                now: "the step is owed to \(todays.site)")
            return
        }
        let failures = then.state.record(failed.step).failuresInClaim
        let mayThen = was.retry.mayRepeat(failed.fault, after: failures)
        let mayNow = todays.retry.mayRepeat(failed.fault, after: failures)
        let wasRepeated = failed.retryAt != nil
        guard mayNow != mayThen || wasRepeated && !mayNow else { return }
        report(
            .retry, at: entry.sequence, todays.id, then: wasRepeated ? "it was tried again" : "it was not tried again",
            now: mayNow ? "it is tried again" : "it is not tried again")
    }

    private mutating func checkEnding(_ released: RunReleased, _ entry: Entry) {
        guard !isRefusedRollback(released) else { return }
        // Entries of the same instant may still be open to a retry that had its time.
        let ending = now.ending(now: entry.time, isInterrupted: released.reason == .interrupted)
        guard ending?.reason != released.reason else { return }
        let open = now.state.plan.steps.filter { !now.state.record($0.id).standing.isSettled }.map(\.id)
        report(
            .ending, at: entry.sequence, nil, then: "the run was let go of: \(released.reason.rawValue)",
            now: ending.map { "it is let go of: \($0.reason.rawValue)" }
                ?? "it goes on with \(Self.list(Array(open.prefix(4))))")
    }

    private static func list(_ names: [String]) -> String {
        names.isEmpty ? "nothing" : names.joined(separator: ", ")
    }
}

extension PlannedStep {
    /// `postgres.follow at dc3/main`, with parameters where there are any.
    fileprivate var doing: String {
        let place = cluster.map { "\(site)/\($0)" } ?? site
        guard !parameters.isEmpty else { return "\(command) at \(place)" }
        return "\(command) at \(place) with \(String(decoding: JSONValue.object(parameters).jsonBytes, as: UTF8.self))"
    }
}

extension RetryPolicy {
    /// Whether a try that failed is repeated without a person.
    /// - Parameter failures: tries of this executor that failed before it.
    package func mayRepeat(_ fault: Fault, after failures: Int64) -> Bool {
        fault.kind.mayPass && failures + 1 < attempts
    }
}
