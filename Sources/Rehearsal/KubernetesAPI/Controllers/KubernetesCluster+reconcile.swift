extension KubernetesCluster {
    /// One round of every controller over the whole cluster. Returns when a pod next changes by itself.
    func reconcile() -> ContinuousClock.Instant? {
        ensureEssentials()
        collectGarbage()
        for (key, object) in list(ResourceRegistry.deployments) { reconcileDeployment(key, object.value) }
        for (key, object) in list(ResourceRegistry.replicaSets) { reconcileReplicaSet(key, object.value) }
        for (key, object) in list(ResourceRegistry.statefulSets) { reconcileStatefulSet(key, object.value) }
        for (key, object) in list(ResourceRegistry.daemonSets) { reconcileDaemonSet(key, object.value) }
        for (key, object) in list(ResourceRegistry.jobs) { reconcileJob(key, object.value) }
        runPods()
        for (key, object) in list(ResourceRegistry.volumeClaims) { bindVolumeClaim(key, object.value) }
        for (key, object) in list(ResourceRegistry.services) { reconcileEndpoints(key, object.value) }
        for (key, object) in list(ResourceRegistry.budgets) { reconcileBudget(key, object.value) }
        finishNamespaces()
        return podDeadlines.values.map(\.at).min()
    }

    /// Runs the controllers after every change and at every pod's moment, until the task is cancelled.
    ///
    /// A short pause before each round makes one round of many changes, and lets clients see that the observed
    /// generation follows the generation, as in a real cluster.
    func runControllers() async throws {
        let (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let changes = changes().stream
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await _ in changes { wake.yield() }
                wake.finish()
            }
            group.addTask {
                var timer: Task<Void, Never>?
                defer { timer?.cancel() }
                wake.yield()
                for await _ in wakes {
                    try await Task.sleep(for: .milliseconds(5))
                    timer?.cancel()
                    timer = nil
                    if let next = await self.reconcile() {
                        timer = Task {
                            do { try await Task.sleep(until: next) } catch { return }
                            wake.yield()
                        }
                    }
                    try await self.makeDurable()
                }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}
