import FailoverModel

extension StatefulSetHost {
    /// Scales to 0 and waits until no pod is left. It is the pod's grace period in which PostgreSQL has to stop in good order;
    /// whether it did is looked at afterwards. A pod is never taken away by force.
    func stop() async throws(Fault) {
        var seen = try await workable()
        if seen.isDown { return }
        if let task = seen.task, task.job.end == nil {
            throw Fault(
                .conflict, "Job \(task.job.metadata.name) works on its volume", at: place,
                next: "Wait for its end, then resume")
        }
        try await scale(to: 0)
        let deadline = ContinuousClock.now + .seconds(HostLimits.stopSeconds)
        while true {
            seen = try await sight()
            if seen.isDown { return }
            guard seen.set.wanted == 0 else { throw scaledByOthers(seen) }
            guard ContinuousClock.now < deadline else {
                let pods = seen.pods.map { "\($0.metadata.name) on node \($0.spec?.nodeName ?? "unknown")" }
                throw Fault(
                    .uncertain,
                    "it was scaled to 0, and after \(HostLimits.stopSeconds) s there still is \(pods.joined(separator: ", "))",
                    at: place,
                    next: "See whether that node is alive: its pod may run on. Make sure that it does not, then resume")
            }
            try await pause(.milliseconds(200))
        }
    }

    /// Scales to 1, the only count that it may have had. A pod that is not ready by the end of the wait may be so later.
    func start() async throws(Fault) {
        let deadline = ContinuousClock.now + .seconds(HostLimits.startSeconds)
        var seen = try await workable()
        while seen.isDown, !seen.strangers.isEmpty {
            guard ContinuousClock.now < deadline else {
                throw Fault(
                    .conflict, "pod \(seen.strangers[0].metadata.name) has its volume", at: place,
                    next: "Wait for that pod's end, then resume")
            }
            try await pause(.milliseconds(200))
            seen = try await sight()
        }
        if seen.set.wanted == 0 { try await scale(to: 1) }
        while true {
            seen = try await sight()
            if seen.pods.contains(where: { $0.isReady && !$0.isTerminating }) { return }
            guard ContinuousClock.now < deadline else { break }
            try await pause(.milliseconds(200))
        }
        // A standby that still replays takes no connections yet; that it runs is enough.
        guard let trouble = seen.pods.lazy.compactMap(\.trouble).first else { return }
        throw Fault(
            .rejected, "it was scaled to 1, and does not come up: \(trouble)", at: place,
            next: "See kubectl describe and logs of that pod, then resume")
    }

    /// Sets the count through the `scale` subresource, as `kubectl scale` does.
    private func scale(to count: Int64) async throws(Fault) {
        let answer = try await client.merge(path("scale"), ["spec": ["replicas": .integer(count)]])
        guard (answer["spec"]?["replicas"]?.integer ?? 0) == count else {
            throw Fault(
                .conflict, "it was asked for \(count) replicas and answered another count", at: place,
                next: "Check for an admission webhook or autoscaler that changes counts")
        }
    }

    private func scaledByOthers(_ seen: StatefulSetSight) -> Fault {
        let keepers = seen.set.keepers
        let whose = keepers.isEmpty ? "" : "; it is kept by \(keepers.joined(separator: ", "))"
        return Fault(
            .conflict, "it was scaled to 0, and somebody scaled it to \(seen.set.wanted) again\(whose)", at: place,
            next: "Find out who, and let them pause (Argo CD, Flux, an autoscaler), then resume")
    }

    func pause(_ time: Duration) async throws(Fault) {
        do { try await Task.sleep(for: time) } catch {
            throw Fault(
                .uncertain, "the step was cancelled", at: place, next: "Resume: it is looked at before anything is done"
            )
        }
    }
}
