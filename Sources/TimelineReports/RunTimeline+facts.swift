import FailoverModel

extension RunTimeline.Loss {
    /// The losses of a run's clusters. Later facts of a cluster override earlier ones, so the promotion's word is last.
    static func of(_ events: [PlacedEvent], plan: Plan) -> [RunTimeline.Loss] {
        var losses: [RunTimeline.Loss] = []
        let steps = Dictionary(plan.steps.map { ($0.id, $0) }) { first, _ in first }
        for placed in events {
            let facts: JSONValue
            var isPromoted = false
            switch placed.event {
            case .stepIntended(let payload) where payload.direction == .forward: facts = payload.facts
            case .stepSucceeded(let payload) where payload.direction == .forward:
                facts = payload.facts
                isPromoted = payload.isPivot
            case .runStarted, .runClaimed, .runReleased, .rollbackStarted, .noteAdded, .outsideEventRecorded,
                .approvalRequested,
                .stepApproved,
                .stepDenied, .stepSkipped, .stepDecided, .stepIntended, .stepSucceeded, .stepFailed, .stepRefused,
                .stepDeferred, .stepDoubted, .debtSettled, .siteObserved, .secretsCompared, .checkCompleted,
                .runAbandoned, .rollbackWithdrawn, .debtReopened:
                continue
            }
            guard let step = placed.event.step.flatMap({ steps[$0] }),
                step.isPivot || step.command == "postgres.promote" || step.command == "postgres.fast-forward"
            else { continue }
            let cluster = facts["cluster"]?.text ?? step.cluster ?? ""
            let index =
                losses.firstIndex { $0.cluster == cluster }
                ?? {
                    losses.append(RunTimeline.Loss(cluster: cluster, site: step.site, isPromoted: false))
                    return losses.count - 1
                }()
            losses[index].take(facts, isPromoted: isPromoted)
        }
        return losses
    }

    private mutating func take(_ facts: JSONValue, isPromoted: Bool) {
        if let loss = facts["loss"], loss.fields != nil { estimate = LossEstimate(json: loss) }
        forkPosition = facts["forkPosition"]?.text ?? forkPosition
        oldTimeline = facts["oldTimeline"]?.integer ?? oldTimeline
        newTimeline = facts["newTimeline"]?.integer ?? newTimeline
        self.isPromoted = self.isPromoted || isPromoted
    }
}

extension RunTimeline.RoleChange {
    /// What the run saw databases change into; looks that show the same as the one before are left out.
    static func of(_ events: [PlacedEvent]) -> [RunTimeline.RoleChange] {
        var roles: [String: String] = [:]
        return events.compactMap { placed in
            guard case .siteObserved(let payload) = placed.event, let role = payload.observation.role else {
                return nil
            }
            let place = "\(payload.observation.site)/\(payload.observation.cluster ?? "")"
            let before = roles.updateValue(role, forKey: place)
            guard before != role else { return nil }
            return RunTimeline.RoleChange(
                point: placed.point, site: payload.observation.site, cluster: payload.observation.cluster, from: before,
                to: role)
        }
    }
}

extension SiteObservation {
    /// What a database was seen to be; `nil` for other systems.
    fileprivate var role: String? {
        switch seen {
        case .postgres(let server):
            let role = server.isInRecovery ? "standby" : server.isFenced ? "fenced primary" : "primary"
            return "\(role) on timeline \(server.timeline)"
        case .unreachable(let system, _): return system == "postgres" ? "unreachable" : nil
        case .workloads, .service: return nil
        }
    }
}

extension RunTimeline.Recovery {
    /// Until the last service check succeeded; where the plan has none, until the last step was done.
    static func of(_ events: [PlacedEvent], state: RunState) -> RunTimeline.Recovery {
        if state.kind == .drill { return .none("nothing was moved") }
        if state.direction == .back { return .none("the run was turned back") }
        let checks = state.plan.steps.filter { $0.command == "service.check" }
        let steps = checks.isEmpty ? state.plan.steps : checks
        if let open = steps.first(where: { !state.record($0.id).standing.isSettled }) {
            return .none("\(open.id) has not succeeded (\(state.record(open.id).standing.words))")
        }
        if let left = checks.first(where: { state.record($0.id).standing != .succeeded }) {
            return .none("nobody saw the service answer: \(left.id) is \(state.record(left.id).standing.words)")
        }
        let ids = Set(steps.map(\.id))
        let last = events.last { placed in
            guard let step = placed.event.step, ids.contains(step) else { return false }
            return state.record(step).standing == .succeeded
        }
        guard let last, let step = last.event.step, let first = events.first else { return .none("no step succeeded") }
        return .after(milliseconds: last.point.milliseconds(since: first.point), step: step)
    }
}
