/// A runbook made concrete for one topology and one direction: what a run carries out, recorded whole in its first event,
/// so that a resume does not depend on files that may have changed.
package struct Plan: Equatable, Sendable {
    /// The runbook's name.
    package var runbook: String
    package var title: String
    package var from: String
    package var to: String
    /// Every other site, in the topology's order.
    package var others: [String]
    package var objectives: Objectives
    package var phases: [PlanPhase]
    /// In the runbook's order; expansions of one line in the topology's order.
    package var steps: [PlannedStep]

    package init(
        runbook: String, title: String, from: String, to: String, others: [String],
        objectives: Objectives = Objectives(),
        phases: [PlanPhase], steps: [PlannedStep]
    ) {
        self.runbook = runbook
        self.title = title
        self.from = from
        self.to = to
        self.others = others
        self.objectives = objectives
        self.phases = phases
        self.steps = steps
    }

    package func step(_ id: String) -> PlannedStep? { steps.first { $0.id == id } }
}

package struct PlanPhase: Equatable, Sendable {
    package var id: String
    package var title: String

    package init(id: String, title: String) {
        self.id = id
        self.title = title
    }
}

/// What the people responsible promise: recovery time and data loss, in milliseconds.
package struct Objectives: Equatable, Sendable {
    package var recoveryTimeMilliseconds: Int64?
    package var recoveryPointMilliseconds: Int64?

    package init(recoveryTimeMilliseconds: Int64? = nil, recoveryPointMilliseconds: Int64? = nil) {
        self.recoveryTimeMilliseconds = recoveryTimeMilliseconds
        self.recoveryPointMilliseconds = recoveryPointMilliseconds
    }
}

package struct PlannedStep: Equatable, Sendable {
    /// `follow@dc3`, unique in the plan.
    package var id: String
    /// The phase's id.
    package var phase: String
    package var title: String
    /// `postgres.follow`.
    package var command: String
    package var site: String
    package var cluster: String?
    /// Steps that must be settled first, those of earlier phases included.
    package var needs: [String]
    package var deadlineMilliseconds: Int64
    package var retry: RetryPolicy
    package var whenUnreachable: WhenUnreachable
    /// The question a person must say yes to before the step acts.
    package var approval: String?
    /// What a person takes responsibility for by approving the step: names of `refused(acceptance:)`, `dc1-is-down`.
    package var accepts: [String]
    package var isPivot: Bool
    package var parameters: [String: JSONValue]

    package init(
        id: String, phase: String, title: String, command: String, site: String, cluster: String? = nil,
        needs: [String] = [], deadlineMilliseconds: Int64 = 60_000, retry: RetryPolicy = RetryPolicy(),
        whenUnreachable: WhenUnreachable = .fail, approval: String? = nil, accepts: [String] = [],
        isPivot: Bool = false,
        parameters: [String: JSONValue] = [:]
    ) {
        self.id = id
        self.phase = phase
        self.title = title
        self.command = command
        self.site = site
        self.cluster = cluster
        self.needs = needs
        self.deadlineMilliseconds = deadlineMilliseconds
        self.retry = retry
        self.whenUnreachable = whenUnreachable
        self.approval = approval
        self.accepts = accepts
        self.isPivot = isPivot
        self.parameters = parameters
    }
}

/// How often a step is tried, and how long the engine waits in between: exponential from `first`, capped at `most`.
package struct RetryPolicy: Equatable, Sendable {
    package var attempts: Int64
    package var firstMilliseconds: Int64
    package var mostMilliseconds: Int64

    package init(attempts: Int64 = 3, firstMilliseconds: Int64 = 1000, mostMilliseconds: Int64 = 30_000) {
        self.attempts = attempts
        self.firstMilliseconds = firstMilliseconds
        self.mostMilliseconds = mostMilliseconds
    }
}

package enum WhenUnreachable: String, CaseIterable, Equatable, Sendable {
    case fail
    /// The step is owed to the site and paid by `settle`.
    case `defer`
}
