import FailoverModel

/// The newest checks of what a failover needs, oldest first: of each how many were in order and what was not.
struct CheckHistory: Sendable {
    struct Check: Sendable {
        var sequence: Int64
        var at: Moment
        var actor: String
        var ok: Int64
        var problems: [CheckProblem]

        func count(_ verdict: CheckVerdict) -> Int { problems.count { $0.verdict == verdict } }
    }

    static let most = 60
    private(set) var checks: [Check] = []

    mutating func take(_ payload: CheckCompleted, sequence: Int64, at moment: Moment, by actor: String) {
        checks.append(
            Check(sequence: sequence, at: moment, actor: actor, ok: payload.ok, problems: payload.problems))
        if checks.count > Self.most { checks.removeFirst(checks.count - Self.most) }
    }
}
