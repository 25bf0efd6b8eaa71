package import FailoverModel

/// A step's command against real systems: how it is observed, done, verified and undone.
///
/// The engine calls in this order: `examine`; if something is to be done, it journals the intent with what was found and
/// only then calls `act`; then `verify` until it says done or the deadline is over. After a crash it begins again with
/// `examine`. So `act` given twice must leave the world as once, and `examine` must recognise its work.
package protocol StepCommand: Sendable {
    /// Looks and decides; changes nothing. Throws `Fault(.unreachable…)` when the system cannot be reached.
    func examine(_ context: StepContext) async throws(Fault) -> Finding
    /// Does it. Returning means only that the request went out and was answered, not that it worked.
    func act(_ context: StepContext, on finding: Finding) async throws(Fault)
    /// Proves it by an observation that is independent of `act`'s answer. The default examines again.
    func verify(_ context: StepContext, after finding: Finding) async throws(Fault) -> Finding
    /// What undoing would do now, given what was found before the step acted (`context.remembered`).
    func examineUndo(_ context: StepContext) async throws(Fault) -> Finding
    func undo(_ context: StepContext, on finding: Finding) async throws(Fault)
}

extension StepCommand {
    package func verify(_ context: StepContext, after finding: Finding) async throws(Fault) -> Finding {
        try await examine(context)
    }
    package func examineUndo(_ context: StepContext) async throws(Fault) -> Finding {
        Finding(.done, "there is nothing to undo")
    }
    package func undo(_ context: StepContext, on finding: Finding) async throws(Fault) {}
}

/// What a command found and therefore wants.
package struct Finding: Equatable, Sendable {
    package enum Verdict: Equatable, Sendable {
        /// The world is already as the step wants it.
        case done
        /// `act` is to be called.
        case needed
        /// `act` would be right, but the world is not ready yet; look again (counts against the deadline).
        case waiting
        /// A safety rule forbids it. `rule` is a short name for scripts (`writable-primary-elsewhere`);
        /// `acceptance` names what a named person may take responsibility for, `nil` where nobody may.
        case refused(rule: String, acceptance: String?)
        /// The system cannot be observed for this step; a person must say (custom programs without `observe`).
        case unobservable
    }

    package var verdict: Verdict
    /// One plain sentence: what was found, and (for `needed`) what will be done.
    package var sentence: String
    /// The state found, without secrets; kept in the intent, and handed back as `context.remembered` for the undo.
    package var facts: JSONValue
    /// What was seen of sites on the way; journalled for the projection.
    package var observations: [SiteObservation]
    /// Comparisons of Secrets made on the way; journalled for the projection.
    package var comparisons: [SecretsCompared]

    package init(
        _ verdict: Verdict, _ sentence: String, facts: JSONValue = .object([:]), observations: [SiteObservation] = [],
        comparisons: [SecretsCompared] = []
    ) {
        self.verdict = verdict
        self.sentence = sentence
        self.facts = facts
        self.observations = observations
        self.comparisons = comparisons
    }
}

/// What a command is told about its step, its run and the topology.
package struct StepContext: Sendable {
    package var run: String
    package var step: String
    /// The site the step works on.
    package var site: String
    /// The run's parameters.
    package var from: String
    package var to: String
    /// Every other site, in the topology's order.
    package var others: [String]
    /// The PostgreSQL cluster the step works on; `nil` where the command is not about one.
    package var cluster: String?
    /// The step's own parameters (`with:`), already checked against the command's schema.
    package var parameters: [String: JSONValue]
    package var topology: Topology
    /// The facts of this step's first intent; `nil` where the step never got that far.
    package var remembered: JSONValue?
    /// The facts of the last finding of each earlier step of the run, by step id.
    package var history: [String: JSONValue]
    /// Names of what named persons took responsibility for in this run (`Finding.Verdict.refused`'s `acceptance`).
    package var accepted: Set<String>
    /// What the journal held before now, for what cannot be looked at any more.
    package var recorded: Recorded
    /// In a settlement: the run whose debt the step pays.
    package var debtor: String?

    package struct Recorded: Equatable, Sendable {
        /// By `site/cluster`, as last seen.
        package var databases: [String: Position]
        /// By `site|name`: when a Secret was last proven equal to that of the site it is compared with.
        package var secretsInSync: [String: Moment]
        /// By cluster: the last promotion that was seen done.
        package var serving: [String: ServingProjection.Promotion]
        /// The journal's identity in hexadecimal, by which what its runs make is told from what another's do; `nil` where there
        /// is none yet.
        package var journal: String?

        package struct Position: Equatable, Sendable {
            package var observation: PostgresObservation
            package var at: Moment

            package init(observation: PostgresObservation, at: Moment) {
                self.observation = observation
                self.at = at
            }
        }

        package init(
            databases: [String: Position] = [:], secretsInSync: [String: Moment] = [:],
            serving: [String: ServingProjection.Promotion] = [:], journal: String? = nil
        ) {
            self.databases = databases
            self.secretsInSync = secretsInSync
            self.serving = serving
            self.journal = journal
        }
    }

    /// The same for every try of the step in this run.
    package var idempotencyKey: String { "\(run)/\(step)" }

    package init(
        run: String, step: String, site: String, from: String, to: String, others: [String], cluster: String? = nil,
        parameters: [String: JSONValue] = [:], topology: Topology, remembered: JSONValue? = nil,
        history: [String: JSONValue] = [:], accepted: Set<String> = [], recorded: Recorded = Recorded()
    ) {
        self.run = run
        self.step = step
        self.site = site
        self.from = from
        self.to = to
        self.others = others
        self.cluster = cluster
        self.parameters = parameters
        self.topology = topology
        self.remembered = remembered
        self.history = history
        self.accepted = accepted
        self.recorded = recorded
    }
}

/// Gives the value behind a reference; the only place where secrets enter the program.
package protocol SecretSource: Sendable {
    func value(of reference: SecretReference) throws(Fault) -> Secret
}

/// A secret value that cannot be printed, described or encoded by accident.
package struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let value: String

    package init(_ value: String) { self.value = value }

    /// The value, for the one call that hands it to the system it belongs to.
    package func reveal() -> String { value }

    package var description: String { "<secret>" }
    package var debugDescription: String { "<secret>" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
