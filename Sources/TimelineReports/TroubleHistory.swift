import FailoverModel

/// What went wrong in a run, each with what came of it.
struct TroubleHistory {
    let events: [PlacedEvent]
    let state: RunState
    let interruptions: [RunTimeline.Interruption]

    var troubles: [RunTimeline.Trouble] {
        (events.indices.compactMap(trouble) + losses).sorted { $0.point.sequence < $1.point.sequence }
    }

    private func trouble(at index: Int) -> RunTimeline.Trouble? {
        let placed = events[index]
        switch placed.event {
        case .stepFailed(let payload):
            return RunTimeline.Trouble(
                point: placed.point, step: payload.step,
                sentence: (payload.isKnown ? "failed: " : "outcome unknown: ")
                    + "\(payload.fault.what) (\(payload.fault.place))",
                handling: handling(of: payload.step, after: index))
        case .stepRefused(let payload):
            return RunTimeline.Trouble(
                point: placed.point, step: payload.step,
                sentence: "a safety rule refused it (\(payload.rule)): \(payload.sentence)",
                handling: handling(of: payload.step, after: index))
        case .stepDoubted(let payload):
            return RunTimeline.Trouble(
                point: placed.point, step: payload.step, sentence: placed.sentence,
                handling: handling(of: payload.step, after: index))
        case .stepDeferred(let payload):
            return RunTimeline.Trouble(
                point: placed.point, step: payload.step, sentence: "\(payload.site) was away: \(payload.reason)",
                handling: "left owed to \(payload.site); the run went on without it")
        case .runStarted, .runClaimed, .runReleased, .rollbackStarted, .noteAdded, .outsideEventRecorded,
            .approvalRequested, .stepApproved,
            .stepDenied, .stepSkipped, .stepDecided, .stepIntended, .stepSucceeded, .debtSettled, .siteObserved,
            .secretsCompared, .checkCompleted, .runAbandoned, .rollbackWithdrawn, .debtReopened:
            return nil
        }
    }

    /// Executors that were lost, with what became of the steps they had under way.
    private var losses: [RunTimeline.Trouble] {
        interruptions.filter(\.isLoss).compactMap { lost in
            guard let resumed = lost.resumed, let index = events.firstIndex(where: { $0.point == resumed }) else {
                return nil
            }
            let middle = lost.underWay.isEmpty ? "" : ", in the middle of \(lost.underWay.joined(separator: ", "))"
            let steps = lost.underWay.map { "; \($0): \(handling(of: $0, after: index))" }.joined()
            return RunTimeline.Trouble(
                point: resumed, step: nil, sentence: "the executor was lost\(middle): \(lost.why)",
                handling: "\(lost.resumedBy ?? "somebody") took over "
                    + "\(resumed.milliseconds(since: lost.began).asSeconds) after its last entry\(steps)")
        }
    }

    /// The next thing that happened to the step, and where it ended if that was not the end of it.
    private func handling(of step: String, after index: Int) -> String {
        for placed in events[(index + 1)...] where placed.event.step == step {
            let wait = placed.point.milliseconds(since: events[index].point).asSeconds
            switch placed.event {
            case .stepIntended(let payload):
                return (payload.direction == .back ? "undoing began" : "done again") + " after \(wait) "
                    + "(try \(payload.attempt)); in the end \(state.record(step).standing.words)"
            case .stepSucceeded: return "\(placed.sentence) (after \(wait))"
            case .stepApproved, .stepDenied, .stepSkipped, .stepDecided: return placed.sentence
            case .stepFailed, .stepRefused, .stepDeferred, .stepDoubted, .approvalRequested:
                return "looked at again after \(wait); in the end \(state.record(step).standing.words)"
            case .runStarted, .runClaimed, .runReleased, .rollbackStarted, .noteAdded, .outsideEventRecorded,
                .debtSettled, .siteObserved,
                .secretsCompared, .checkCompleted, .runAbandoned, .rollbackWithdrawn, .debtReopened:
                continue
            }
        }
        return "still open"
    }
}
