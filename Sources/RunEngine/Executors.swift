package import FailoverModel

/// Whether the process behind a claim still lives.
package enum Liveness: Equatable, Sendable {
    case alive
    /// Certainly gone, and how that is known: `process 4711 is gone`.
    case gone(String)
    /// Cannot be known from here: another host.
    case unknown(String)
}

/// Tells whether an executor still lives.
package protocol ExecutorRegistry: Sendable {
    func liveness(of executor: Executor) -> Liveness
}

/// Why an executor cannot go on with a run.
package enum RunError: Error, Equatable, Sendable {
    case noSuchRun(String)
    /// Another executor holds the run.
    case held(run: String, by: RunState.Claim, liveness: Liveness)
    /// Another executor took the run while this one was working.
    case claimLost(run: String, to: Executor?)
    case over(run: String, RunStanding)
    case pastPivot(run: String, step: String)
    case notPossible(Fault)
}
