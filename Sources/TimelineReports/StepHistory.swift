import FailoverModel

/// Folds the events of one step into its tries and waits.
struct StepHistory {
    private(set) var attempts: [RunTimeline.Attempt] = []
    private(set) var waits: [RunTimeline.Wait] = []

    mutating func take(_ placed: PlacedEvent) {
        let point = placed.point
        let sentence = placed.sentence
        switch placed.event {
        case .approvalRequested(let payload):
            waits.append(RunTimeline.Wait(question: payload.question, asked: point))
        case .stepApproved: answer(placed, "yes")
        case .stepDenied: answer(placed, "no")
        case .stepIntended(let payload):
            // An intent while another is open: whoever had that one did not live to tell.
            if let index = open { attempts[index].outcome = .lost }
            attempts.append(
                RunTimeline.Attempt(
                    number: payload.attempt, direction: payload.direction, intended: point, sentence: payload.sentence))
        case .stepSucceeded(let payload):
            close(point, payload.direction, payload.outcome, sentence)
        case .stepFailed(let payload):
            close(point, payload.direction, payload.isKnown ? .failed : .unknown, sentence, payload.fault)
        case .stepRefused(let payload): close(point, payload.direction, .refused, sentence)
        case .stepDeferred: close(point, .forward, .deferred, sentence)
        case .stepDoubted(let payload): close(point, payload.direction, .doubted, sentence)
        case .stepSkipped(let payload):
            answer(placed, "left out")
            close(point, payload.direction, .skipped, sentence)
        case .stepDecided(let payload):
            close(point, payload.direction, payload.isDone ? .decidedDone : .decidedNotDone, sentence)
        case .runStarted, .runClaimed, .runReleased, .rollbackStarted, .noteAdded, .outsideEventRecorded, .debtSettled,
            .siteObserved,
            .secretsCompared, .checkCompleted, .runAbandoned, .rollbackWithdrawn, .debtReopened:
            break
        }
    }

    private var open: Int? { attempts.indices.last { attempts[$0].outcome == nil } }

    private mutating func close(
        _ point: RunTimeline.Point, _ direction: Direction, _ outcome: RunTimeline.Attempt.Outcome, _ sentence: String,
        _ fault: Fault? = nil
    ) {
        if let index = open {
            attempts[index].ended = point
            attempts[index].outcome = outcome
            attempts[index].sentence = sentence
            attempts[index].fault = fault
        } else {
            attempts.append(
                RunTimeline.Attempt(
                    direction: direction, ended: point, outcome: outcome, sentence: sentence, fault: fault))
        }
    }

    private mutating func answer(_ placed: PlacedEvent, _ answer: String) {
        guard let index = waits.indices.last, waits[index].answered == nil else { return }
        waits[index].answered = placed.point
        waits[index].answeredBy = placed.entry.actor
        waits[index].answer = answer
    }
}

extension StepSucceeded {
    fileprivate var outcome: RunTimeline.Attempt.Outcome {
        switch how {
        case .acted: .succeeded
        case .alreadySo: .alreadySo
        case .adopted: .adopted
        }
    }
}
