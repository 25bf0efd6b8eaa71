import FailoverModel

/// An event of a run in one plain line, for pipes and logs.
enum EventLine {
    static func text(_ event: Event, entry: Entry) -> String {
        "\(entry.time.inSeconds)  \(words(event, by: entry.actor))"
    }

    private static func words(_ event: Event, by actor: String) -> String {
        switch event {
        case .runStarted(let payload): "run started by \(actor): \(payload.plan.title)"
        case .runClaimed(let payload):
            "process \(payload.executor.pid) on \(payload.executor.host) carries it out"
                + (payload.takenOverBecause.map { " (\($0))" } ?? "")
        case .runReleased(let payload): "\(words(payload.reason)): \(payload.summary)"
        case .rollbackStarted(let payload): "\(actor) rolls back" + (payload.reason.map { ": \($0)" } ?? "")
        case .noteAdded(let payload): "\(actor) notes: \(payload.text)"
        case .approvalRequested(let payload): "\(payload.step): asks: \(payload.question)"
        case .stepApproved(let payload): "\(payload.step): approved by \(actor)" + because(payload.reason)
        case .stepDenied(let payload): "\(payload.step): denied by \(actor)" + because(payload.reason)
        case .stepSkipped(let payload): "\(payload.step): left out by \(actor): \(payload.reason)"
        case .stepDecided(let payload):
            "\(payload.step): \(payload.isDone ? "done" : "not done"), says \(actor)" + because(payload.reason)
        case .stepIntended(let payload):
            "\(payload.step): \(payload.direction == .back ? "undoing" : "doing")"
                + (payload.attempt > 1 ? " (try \(payload.attempt))" : "") + ": \(payload.sentence)"
        case .stepSucceeded(let payload):
            "\(payload.step): \(payload.direction == .back ? "undone" : "done"): \(payload.sentence)"
        case .stepFailed(let payload):
            "\(payload.step): \(payload.isKnown ? "failed" : "unknown"): \(payload.fault.what)"
                + (payload.retryAt.map { "; again at \($0.timeOfDay)" } ?? "")
        case .stepRefused(let payload): "\(payload.step): refused (\(payload.rule)): \(payload.sentence)"
        case .stepDeferred(let payload): "\(payload.step): owed to \(payload.site): \(payload.reason)"
        case .stepDoubted(let payload): "\(payload.step): in doubt: \(payload.sentence)"
        case .debtSettled(let payload): "\(payload.site) is no longer owed \(payload.debt.step) of \(payload.debt.run)"
        case .siteObserved(let payload): "saw \(payload.observation.site)"
        case .secretsCompared(let payload): "compared secrets of \(payload.site) with \(payload.reference)"
        }
    }

    private static func words(_ reason: RunReleased.Reason) -> String {
        switch reason {
        case .completed: "completed"
        case .rolledBack: "rolled back"
        case .waiting: "waits for a person"
        case .failed: "stopped"
        case .refused: "refused by a safety rule"
        case .interrupted: "interrupted"
        }
    }

    private static func because(_ reason: String?) -> String { reason.map { ": \($0)" } ?? "" }
}
