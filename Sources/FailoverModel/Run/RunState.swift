/// One run as its entries tell it.
package struct RunState: Equatable, Sendable {
    package let id: String
    package let kind: RunStarted.Kind
    package let plan: Plan
    package let settles: [Debt]
    package let runbookDigest: String
    package let startedAt: Moment
    package let startedBy: String
    package private(set) var standing: RunStanding = .started
    package private(set) var direction: Direction = .forward
    package private(set) var claim: Claim?
    package private(set) var records: [String: StepRecord] = [:]
    package private(set) var summary = ""
    /// Why it was turned round last; `nil` where nobody said, or while it goes forward.
    package private(set) var turnedBackBecause: String?
    /// Of a drill that is over, as its end says.
    package private(set) var isGoodDrill: Bool?
    package private(set) var endedAt: Moment?
    package private(set) var lastSequence: Int64
    package private(set) var lastAt: Moment

    package struct Claim: Equatable, Sendable {
        package var executor: Executor
        package var since: Moment
        package var sequence: Int64
        package var actor: String
    }

    /// Begins with the run's first entry.
    package init(_ started: RunStarted, entry: Entry) {
        id = entry.run
        kind = started.kind
        plan = started.plan
        settles = started.settles
        runbookDigest = started.runbookDigest
        startedAt = entry.time
        startedBy = entry.actor
        lastSequence = entry.sequence
        lastAt = entry.time
        for step in started.plan.steps { records[step.id] = StepRecord() }
    }

    package func record(_ step: String) -> StepRecord { records[step] ?? StepRecord() }

    /// Pivot steps that were done, or of which nobody knows: past them, going back means moving data back.
    package var stepsPastPivot: [PlannedStep] {
        plan.steps.filter { step in
            guard step.isPivot else { return false }
            switch record(step.id).standing {
            case .acting, .succeeded, .unknown, .doubted: return true
            case .pending, .asked, .approved, .denied, .failed, .refused, .deferred, .skipped, .undoing, .undone,
                .undoFailed, .undoUnknown, .undoRefused, .undoDoubted, .left:
                return false
            }
        }
    }

    /// Takes in the run's next entry. Entries come from a file, so nothing here may trap.
    package mutating func apply(_ event: Event, entry: Entry) throws(InvalidTransition) {
        lastSequence = entry.sequence
        lastAt = entry.time
        if let step = event.step, let trigger = StepTrigger(event) {
            try apply(event, trigger: trigger, to: step, entry: entry)
            return
        }
        switch event {
        case .runClaimed(let payload):
            try require(.claim, entry)
            standing = .running
            claim = Claim(executor: payload.executor, since: entry.time, sequence: entry.sequence, actor: entry.actor)
            endedAt = nil
            isGoodDrill = nil
            for step in records.keys { records[step]?.failuresInClaim = 0 }
        case .runReleased(let payload):
            try require(.release, entry)
            standing = RunStanding(payload.reason)
            summary = payload.summary
            isGoodDrill = payload.isGoodDrill
            claim = nil
            endedAt = standing.isOver ? entry.time : nil
        case .rollbackStarted(let payload):
            try require(.turnBack, entry)
            direction = .back
            turnedBackBecause = payload.reason
        case .rollbackWithdrawn:
            try require(.turnForward, entry)
            direction = .forward
            turnedBackBecause = nil
            for step in records.keys { records[step]?.reopen() }
        case .runAbandoned(let payload):
            try require(.abandon, entry)
            standing = .abandoned
            summary = "given up by \(entry.actor): \(payload.reason)"
            isGoodDrill = kind == .drill ? false : nil
            claim = nil
            endedAt = entry.time
        case .runStarted:
            throw InvalidTransition(sequence: entry.sequence, what: "run \(id) was started twice")
        case .noteAdded, .outsideEventRecorded, .debtSettled, .siteObserved, .secretsCompared, .checkCompleted,
            .approvalRequested,
            .stepApproved, .stepDenied,
            .stepSkipped, .stepDecided, .stepIntended, .stepSucceeded, .stepFailed, .stepRefused, .stepDeferred,
            .stepDoubted, .debtReopened:
            break
        }
    }

    private func require(_ trigger: RunTrigger, _ entry: Entry) throws(InvalidTransition) {
        let isWayRight =
            switch trigger {
            case .turnBack: direction == .forward
            case .turnForward: direction == .back
            case .claim, .release, .abandon: true
            }
        guard isWayRight, RunTransitions.allows(trigger, from: standing) else {
            throw InvalidTransition(
                sequence: entry.sequence,
                what: "run \(id) is \(standing.rawValue), goes \(direction.rawValue), and cannot \(trigger.rawValue)")
        }
    }

    private mutating func apply(
        _ event: Event, trigger: StepTrigger, to step: String, entry: Entry
    ) throws(InvalidTransition) {
        guard var record = records[step] else {
            throw InvalidTransition(sequence: entry.sequence, what: "run \(id) has no step \"\(step)\"")
        }
        guard let next = StepTransitions.standing(after: trigger, from: record.standing) else {
            throw InvalidTransition(
                sequence: entry.sequence,
                what: "step \(step) of run \(id) is \(record.standing.rawValue) and cannot \(trigger.rawValue)")
        }
        record.standing = next
        record.claim = claim?.sequence ?? 0
        record.lastAt = entry.time
        if record.firstAt == nil { record.firstAt = entry.time }
        record.take(event, entry: entry)
        records[step] = record
    }
}

extension StepRecord {
    fileprivate mutating func take(_ event: Event, entry: Entry) {
        switch event {
        case .stepIntended(let payload):
            attempts = payload.attempt
            if payload.direction == .forward, remembered == nil { remembered = payload.facts }
            facts = payload.facts
            sentence = payload.sentence
            effectSequence = entry.sequence
            retryAt = nil
        case .stepSucceeded(let payload):
            how = payload.how
            facts = payload.facts
            sentence = payload.sentence
            fault = nil
            retryAt = nil
            refusal = nil
            if remembered != nil { effectSequence = entry.sequence }
            if payload.direction == .forward { done = Done(facts: payload.facts, at: entry.time) }
        case .stepFailed(let payload):
            fault = payload.fault
            sentence = payload.fault.what
            retryAt = payload.retryAt
            failuresInClaim += 1
        case .stepRefused(let payload):
            refusal = payload
            sentence = payload.sentence
        case .stepDeferred(let payload): sentence = payload.reason
        case .stepDoubted(let payload): sentence = payload.sentence
        case .approvalRequested(let payload): sentence = payload.question
        case .stepApproved(let payload):
            approvedBy = entry.actor
            accepted.formUnion(payload.accepts)
            refusal = nil
        case .stepDenied(let payload):
            approvedBy = nil
            sentence = "denied by \(entry.actor)" + (payload.reason.map { ": \($0)" } ?? "")
        case .stepSkipped(let payload): sentence = payload.reason
        case .stepDecided(let payload):
            sentence = payload.reason ?? "\(entry.actor) says that it is \(payload.isDone ? "" : "not ")done"
            retryAt = nil
            if payload.direction == .forward, !payload.isDone { remembered = nil }
        case .runStarted, .runClaimed, .runReleased, .rollbackStarted, .noteAdded, .outsideEventRecorded, .debtSettled,
            .siteObserved,
            .secretsCompared, .checkCompleted, .runAbandoned, .rollbackWithdrawn, .debtReopened:
            break
        }
    }
}
