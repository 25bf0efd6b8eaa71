extension CommandCatalog {
    /// The beginning of a drill: all that a failover would look at, looked at.
    static let drillCheck = CommandDefinition(
        name: "drill.check", sentence: "Look at everything that a failover to {site} would need", scope: .site,
        parameters: [
            .init(
                "runbook", .text, isRequired: false,
                meaning:
                    "the runbook of the failover whose steps look too, as handover plan does; ess-failover without it")
        ], deadlineMilliseconds: 300_000, retry: RetryPolicy(attempts: 2))
}
