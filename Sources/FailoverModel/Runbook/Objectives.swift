extension Objectives {
    /// `objectives:` of a runbook or a topology.
    static func read(_ node: YAMLNode, _ problems: inout Diagnostics) -> Objectives {
        guard let fields = node.mapping(called: "\"objectives\"", keys: ["rto", "rpo"], &problems) else {
            return Objectives()
        }
        return Objectives(
            recoveryTimeMilliseconds: fields["rto"]?
                .duration("rto", in: 1...Limits.longest, example: "rto: 15m", &problems),
            recoveryPointMilliseconds: fields["rpo"]?
                .duration("rpo", in: 0...Limits.longest, example: "rpo: 0s", &problems))
    }

    /// Each of them, or where it is not there, the other's.
    func or(_ other: Objectives) -> Objectives {
        Objectives(
            recoveryTimeMilliseconds: recoveryTimeMilliseconds ?? other.recoveryTimeMilliseconds,
            recoveryPointMilliseconds: recoveryPointMilliseconds ?? other.recoveryPointMilliseconds)
    }
}
