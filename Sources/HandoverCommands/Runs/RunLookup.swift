import FailoverModel

/// Finds the run that a person means.
struct RunLookup {
    /// Newest first: those that are not over, and the newest of those that are.
    let summaries: [RunSummary]
    let invocation: Invocation
    /// Whether the journal has a run of exactly this name, however old.
    let exists: (String) throws -> Bool

    /// The run of this name, or the only one whose name begins so.
    func named(_ name: String) throws -> String {
        if summaries.contains(where: { $0.id == name }) { return name }
        let candidates = name.isEmpty ? [] : summaries.map(\.id).filter { $0.hasPrefix(name) }
        if let only = candidates.first, candidates.count == 1 { return only }
        if try exists(name) { return name }
        guard candidates.isEmpty else {
            throw CommandFailure(
                kind: "invalid", what: "several runs begin so: \(candidates.joined(separator: ", "))",
                place: "run \(name)", next: "Give more of the name", status: .badInput)
        }
        throw CommandFailure(
            kind: "invalid", what: "there is no such run", place: "run \(name)",
            next: summaries.isEmpty
                ? "This journal (\(invocation.journalPath)) holds no run; give the right one with --journal FILE"
                : "\(invocation.line("runs")) lists them; the newest is \(summaries[0].id)",
            status: .badInput)
    }

    /// The newest run of a runbook that is not over, else a drill that is not; where there is none, the newest that is not taken back already.
    func toRollBack() throws -> String {
        let runs = summaries.filter { $0.kind == .runbook }
        let candidate =
            runs.first { !$0.standing.isOver } ?? summaries.openDrills.first ?? runs.first {
                $0.standing == .completed || $0.isPastPivot
            }
            ?? summaries.first { !$0.standing.isOver } ?? runs.first
        return try candidate?.id ?? newest(notOver: false)
    }

    /// The newest run; the newest that is not over where one is asked for and there is one.
    func newest(notOver: Bool) throws -> String {
        // A drill only waits to be removed.
        let open = summaries.first { !$0.standing.isOver && $0.kind != .drill } ?? summaries.openDrills.first
        guard let run = (notOver ? open : nil) ?? summaries.first else {
            throw CommandFailure(
                kind: "invalid", what: "there is no run in the journal", place: invocation.journalPath,
                next: "Give the right journal with --journal FILE, or start with "
                    + invocation.line("run", "ess-failover", "--from", "SITE", "--to", "SITE"),
                status: .badInput)
        }
        return run.id
    }
}
