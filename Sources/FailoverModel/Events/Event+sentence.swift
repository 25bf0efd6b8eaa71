extension Event {
    /// What happened, in one plain sentence without the step's name; `actor` is who did it.
    package func sentence(by actor: String) -> String {
        switch self {
        case .runStarted(let payload):
            "\(actor) starts\(payload.kind == .drill ? " a drill" : ""): \(payload.plan.title)"
        case .runClaimed(let payload):
            "process \(payload.executor.pid) on \(payload.executor.host) carries the run out"
                + (payload.takenOverBecause.map { ", taking over because \($0)" } ?? "")
        case .runReleased(let payload): "\(payload.reason.words): \(payload.summary)"
        case .rollbackStarted(let payload): "\(actor) turns back" + because(payload.reason)
        case .noteAdded(let payload): "\(actor) notes: \(payload.text)"
        case .outsideEventRecorded(let payload): payload.sentence
        case .approvalRequested(let payload): "asks: \(payload.question)"
        case .stepApproved(let payload):
            "\(actor) says yes"
                + (payload.accepts.isEmpty ? "" : " and answers for \(payload.accepts.joined(separator: ", "))")
                + because(payload.reason)
        case .stepDenied(let payload): "\(actor) says no" + because(payload.reason)
        case .stepSkipped(let payload): "\(actor) leaves it out: \(payload.reason)"
        case .stepDecided(let payload):
            "\(actor) says that it is \(payload.isDone ? "done" : "not done")" + because(payload.reason)
        case .stepIntended(let payload):
            (payload.direction == .back ? "undoing" : "doing")
                + (payload.attempt > 1 && payload.direction == .forward ? " (try \(payload.attempt))" : "")
                + ": \(payload.sentence)"
        case .stepSucceeded(let payload): "\(payload.words): \(payload.sentence)"
        case .stepFailed(let payload):
            (payload.isKnown ? "failed" : "outcome unknown") + ": \(payload.fault.what)"
                + (payload.retryAt.map { ". Tried again at \($0.timeOfDay)" } ?? ". \(payload.fault.next)")
        case .stepRefused(let payload): "refused (\(payload.rule)): \(payload.sentence)"
        case .stepDeferred(let payload): "owed to \(payload.site): \(payload.reason)"
        case .stepDoubted(let payload): "in doubt: \(payload.sentence)"
        case .debtSettled(let payload): "\(payload.site) is no longer owed \(payload.debt.step) of \(payload.debt.run)"
        case .siteObserved(let payload): payload.observation.sentence
        case .secretsCompared(let payload): "compared the secrets of \(payload.site) with those of \(payload.reference)"
        case .checkCompleted(let payload):
            "checked what a failover needs: \(payload.ok) in order, \(payload.problems.count) not"
        case .runAbandoned(let payload): "\(actor) gives the run up: \(payload.reason)"
        case .rollbackWithdrawn(let payload): "\(actor) goes forward again" + because(payload.reason)
        case .debtReopened(let payload):
            "\(payload.site) is owed \(payload.debt.step) of \(payload.debt.run): \(payload.reason)"
        }
    }

    private func because(_ reason: String?) -> String { reason.map { ": \($0)" } ?? "" }
}

extension RunReleased.Reason {
    fileprivate var words: String {
        switch self {
        case .completed: "completed"
        case .rolledBack: "rolled back"
        case .waiting: "waits for a person"
        case .failed: "stopped"
        case .refused: "stopped by a safety rule"
        case .interrupted: "interrupted"
        }
    }
}

extension StepSucceeded {
    fileprivate var words: String {
        switch (direction, how) {
        case (.forward, .acted): "done"
        case (.forward, .alreadySo): "nothing to do"
        case (.forward, .adopted): "found done"
        case (.back, .acted): "undone"
        case (.back, .alreadySo): "nothing to undo"
        case (.back, .adopted): "found undone"
        }
    }
}

extension SiteObservation {
    /// `dc2 main: standby on timeline 1 at 0/3000148`.
    package var sentence: String {
        let place = [site, cluster].compactMap(\.self).joined(separator: " ")
        switch seen {
        case .postgres(let server):
            let role = server.isInRecovery ? "standby" : server.isFenced ? "fenced primary" : "primary"
            return "\(place): \(role) on timeline \(server.timeline) at \(server.position)"
        case .workloads(let release):
            let wanted = release.workloads.reduce(0) { $0 + $1.wanted }
            let ready = release.workloads.reduce(0) { $0 + $1.ready }
            return "\(place): \(release.workloads.count) workloads, \(wanted) replicas wanted, \(ready) ready"
        case .service(let status, let isServing):
            return "\(place): the service answers \(status)" + (isServing ? ", it serves" : ", it does not serve")
        case .unreachable(let system, let reason): return "\(place): \(system) cannot be reached (\(reason))"
        }
    }
}

extension Moment {
    /// `03:12:45.123`, UTC.
    package var timeOfDay: String { String(description.dropFirst(11).prefix(12)) }
}
