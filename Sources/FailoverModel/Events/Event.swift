/// Something that happened, as the journal knows it.
package enum Event: Equatable, Sendable {
    case runStarted(RunStarted)
    case runClaimed(RunClaimed)
    case runReleased(RunReleased)
    case rollbackStarted(RollbackStarted)
    case noteAdded(NoteAdded)
    case outsideEventRecorded(OutsideEventRecorded)
    case approvalRequested(ApprovalRequested)
    case stepApproved(StepApproved)
    case stepDenied(StepDenied)
    case stepSkipped(StepSkipped)
    case stepDecided(StepDecided)
    case stepIntended(StepIntended)
    case stepSucceeded(StepSucceeded)
    case stepFailed(StepFailed)
    case stepRefused(StepRefused)
    case stepDeferred(StepDeferred)
    case stepDoubted(StepDoubted)
    case debtSettled(DebtSettled)
    case siteObserved(SiteObserved)
    case secretsCompared(SecretsCompared)
    case checkCompleted(CheckCompleted)
    case runAbandoned(RunAbandoned)
    case rollbackWithdrawn(RollbackWithdrawn)
    case debtReopened(DebtReopened)
}

extension Event {
    package var payload: any EventPayload {
        switch self {
        case .runStarted(let payload): payload
        case .runClaimed(let payload): payload
        case .runReleased(let payload): payload
        case .rollbackStarted(let payload): payload
        case .noteAdded(let payload): payload
        case .outsideEventRecorded(let payload): payload
        case .approvalRequested(let payload): payload
        case .stepApproved(let payload): payload
        case .stepDenied(let payload): payload
        case .stepSkipped(let payload): payload
        case .stepDecided(let payload): payload
        case .stepIntended(let payload): payload
        case .stepSucceeded(let payload): payload
        case .stepFailed(let payload): payload
        case .stepRefused(let payload): payload
        case .stepDeferred(let payload): payload
        case .stepDoubted(let payload): payload
        case .debtSettled(let payload): payload
        case .siteObserved(let payload): payload
        case .secretsCompared(let payload): payload
        case .checkCompleted(let payload): payload
        case .runAbandoned(let payload): payload
        case .rollbackWithdrawn(let payload): payload
        case .debtReopened(let payload): payload
        }
    }

    /// The step the event is about, where it is about one of its run.
    package var step: String? {
        switch self {
        case .approvalRequested(let payload): payload.step
        case .stepApproved(let payload): payload.step
        case .stepDenied(let payload): payload.step
        case .stepSkipped(let payload): payload.step
        case .stepDecided(let payload): payload.step
        case .stepIntended(let payload): payload.step
        case .stepSucceeded(let payload): payload.step
        case .stepFailed(let payload): payload.step
        case .stepRefused(let payload): payload.step
        case .stepDeferred(let payload): payload.step
        case .stepDoubted(let payload): payload.step
        case .runStarted, .runClaimed, .runReleased, .rollbackStarted, .noteAdded, .outsideEventRecorded, .debtSettled,
            .siteObserved,
            .secretsCompared, .checkCompleted, .runAbandoned, .rollbackWithdrawn, .debtReopened:
            nil
        }
    }

    /// What the journal stores of it.
    package func entry(run: String, time: Moment, actor: String) -> NewEntry {
        let payload = payload
        return NewEntry(
            run: run, time: time, actor: actor, type: "\(Swift.type(of: payload).type)",
            version: Swift.type(of: payload).version, payload: payload.jsonBytes)
    }
}
