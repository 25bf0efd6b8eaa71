package import FailoverModel

/// What a check does beyond looking at what costs little.
package struct ReadinessOptions: Sendable {
    /// Compares the rows of the topology's tables between sites.
    package var isDeep: Bool
    /// Writes probe objects to the object storage.
    package var writesProbes: Bool
    /// Asks image registries for what the nodes do not have; not done by what checks every 30 seconds.
    package var asksRegistries: Bool
    /// The runbook whose steps must be allowed.
    package var runbook: Runbook?

    package init(
        isDeep: Bool = false, writesProbes: Bool = false, asksRegistries: Bool = true, runbook: Runbook? = nil
    ) {
        self.isDeep = isDeep
        self.writesProbes = writesProbes
        self.asksRegistries = asksRegistries
        self.runbook = runbook
    }
}
