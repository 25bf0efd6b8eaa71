import FailoverModel

/// What is to be done about a drill's copy so that nothing of it is left. It is found by its place and its mark, not by what
/// anybody remembers; what has no mark stays.
struct DrillRemoval: Sendable {
    var copy: DrillCopy
    var sight: DrillSight

    struct Refusal: Equatable, Sendable {
        var rule: String
        var acceptance: String?
        var sentence: String
    }

    /// A drill of another run is left alone while it is at work: its Handover may be as well.
    func refusal(_ context: StepContext) -> Refusal? {
        guard sight.place == .ours else { return nil }
        let found = "the copy in \(copy.drill.path) on the host of \(copy.target.place)"
        if let control = sight.controlIdentifier, let own = sight.systemIdentifier, control != own {
            return Refusal(
                rule: "identifier-differs", acceptance: nil,
                sentence:
                    "\(found) is the database \(control), and its mark says \(own); it is not touched. Find out who put it "
                    + "there")
        }
        let acceptance = "\(context.site)-other-drill"
        guard sight.run != context.run, sight.run != context.debtor, sight.isRunning || sight.task?.isRunning == true,
            !context.accepted.contains(acceptance)
        else { return nil }
        return Refusal(
            rule: "other-drill", acceptance: acceptance,
            sentence:
                "\(found) is at work for the drill \(sight.run ?? "?"); see whether that is still carried out, by another "
                + "journal or machine, and if not, say so")
    }

    /// `nil` where nothing is left.
    var sentence: String? {
        guard sight.isLeft else { return nil }
        let owner = sight.run.map { " of \($0)" } ?? ""
        let state = sight.isRunning ? "stopped and deleted" : "deleted"
        return "the copy of \(copy.target.place)\(owner) in \(copy.drill.path)"
            + (sight.place == .ours ? " will be \(state)" : " was almost gone; the rest of it goes")
    }

    /// That a foreign folder is in the place is said, and no reason not to be done.
    var remark: String? {
        sight.place == .other
            ? "\(copy.drill.path) on the host of \(copy.target.place) bears no mark of a drill, and stays" : nil
    }

    /// As an undo has it.
    func finding(_ context: StepContext) -> Finding {
        let facts: JSONValue = [
            "command": .string(DrillCommandName.clone), "site": .string(copy.target.site),
            "cluster": .string(copy.target.server.cluster), "place": .string(copy.drill.path),
        ]
        if let refusal = refusal(context) {
            return .refused(refusal.rule, refusal.sentence, acceptance: refusal.acceptance, facts: facts)
        }
        if let sentence { return Finding(.needed, sentence, facts: facts) }
        return Finding(.done, remark ?? "nothing of a copy of \(copy.target.place) is left", facts: facts)
    }
}
