import FailoverModel

/// Folds claims and releases into who carried the run out when, and the times in which nobody did.
struct ExecutorHistory {
    private(set) var tenures: [RunTimeline.Tenure] = []
    private(set) var interruptions: [RunTimeline.Interruption] = []
    private var underWay: [String] = []
    private var lastSignOfLife: RunTimeline.Point?

    mutating func take(_ placed: PlacedEvent) {
        switch placed.event {
        case .runClaimed(let payload):
            resume(placed, payload)
            tenures.append(
                RunTimeline.Tenure(
                    executor: payload.executor, actor: placed.entry.actor, claimed: placed.point,
                    takenOverBecause: payload.takenOverBecause))
            lastSignOfLife = placed.point
        case .runReleased(let payload):
            if let index = tenures.indices.last {
                tenures[index].released = placed.point
                tenures[index].reason = payload.reason
            }
            switch payload.reason {
            case .completed, .rolledBack: break
            case .waiting, .failed, .refused, .interrupted:
                interruptions.append(
                    RunTimeline.Interruption(
                        began: placed.point, why: placed.sentence, isLoss: false, underWay: underWay))
            }
        case .stepIntended(let payload):
            lastSignOfLife = placed.point
            underWay.removeAll { $0 == payload.step }
            underWay.append(payload.step)
        case .stepSucceeded, .stepFailed, .stepRefused, .stepDeferred, .stepDoubted, .siteObserved, .approvalRequested:
            lastSignOfLife = placed.point
            underWay.removeAll { $0 == placed.event.step }
        case .stepSkipped, .stepDecided: underWay.removeAll { $0 == placed.event.step }
        case .runStarted, .rollbackStarted, .noteAdded, .outsideEventRecorded, .stepApproved, .stepDenied, .debtSettled,
            .secretsCompared,
            .checkCompleted, .rollbackWithdrawn, .debtReopened, .runAbandoned:
            break
        }
    }

    private mutating func resume(_ placed: PlacedEvent, _ payload: RunClaimed) {
        if let index = interruptions.indices.last, interruptions[index].resumed == nil {
            interruptions[index].resumed = placed.point
            interruptions[index].resumedBy = placed.entry.actor
        } else if let why = payload.takenOverBecause {
            interruptions.append(
                RunTimeline.Interruption(
                    began: lastSignOfLife ?? placed.point, resumed: placed.point, resumedBy: placed.entry.actor,
                    why: why, isLoss: true, underWay: underWay))
        }
    }
}
