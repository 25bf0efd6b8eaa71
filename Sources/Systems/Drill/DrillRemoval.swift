import FailoverModel

/// What is to be done about a drill's copy so that nothing of it is left. It is found by its place and its mark, not by what
/// anybody remembers; what has no mark stays, and so does what another journal's drill has made.
struct DrillRemoval: Sendable {
    var copy: DrillCopy
    var sight: DrillSight
    let context: StepContext

    struct Refusal: Equatable, Sendable {
        var rule: String
        var acceptance: String?
        var sentence: String
    }

    init(_ copy: DrillCopy, _ sight: DrillSight, _ context: StepContext) {
        self.copy = copy
        self.sight = sight
        self.context = context
    }

    private var found: String { "the copy in \(copy.drill.path) on the host of \(copy.target.place)" }
    private var isAccepted: Bool { context.accepted.contains(context.otherDrillAcceptance) }
    private var standing: DrillOwner.Standing? { sight.owner.map(context.standing) }

    /// Why the place cannot be had: what lies there may be somebody's.
    ///
    /// A drill of another run is left alone while it is at work, one of another journal always: between two of its steps
    /// nothing of it is at work.
    var refusal: Refusal? {
        guard sight.place == .ours else { return nil }
        if let control = sight.controlIdentifier, let own = sight.systemIdentifier, control != own {
            return Refusal(
                rule: "identifier-differs", acceptance: nil,
                sentence:
                    "\(found) is the database \(control), and its mark says \(own); it is not touched. Find out who put it "
                    + "there")
        }
        guard !isAccepted, let owner = sight.owner, let why = why(owner) else { return nil }
        return Refusal(rule: "other-drill", acceptance: context.otherDrillAcceptance, sentence: "\(found) is \(why)")
    }

    private func why(_ owner: DrillOwner) -> String? {
        let byHand = "stop its server there (pg_ctl stop -D \(copy.data)) and delete the folder"
        switch context.standing(of: owner) {
        case .own: return nil
        case .earlier:
            guard sight.isRunning || sight.task?.isRunning == true else { return nil }
            return "at work for the drill \(owner.run); see whether that is still carried out, and if not, say so"
        case .otherJournal:
            return
                "of the drill \(owner.run) of another journal (\(owner.journalName)); let it end, or remove it by that "
                + "journal (handover rollback \(owner.run)). Where that is gone, \(byHand)"
        case .unknown:
            return
                "of the drill \(owner.run), and its mark, which an older Handover made, does not say of which journal; see "
                + "whether any still carries that out. If none does, \(byHand)"
        }
    }

    /// Why it cannot be removed. What is another journal's is left to that and keeps no removal from being done.
    var refusalToRemove: Refusal? { staysAnothers ? nil : refusal }

    private var staysAnothers: Bool { sight.place == .ours && standing == .otherJournal && !isAccepted }

    /// `nil` where nothing is left to be removed.
    var sentence: String? {
        guard sight.isLeft, !staysAnothers else { return nil }
        let owner = sight.owner.map { " of \($0.run)" } ?? ""
        let state = sight.isRunning ? "stopped and deleted" : "deleted"
        return "the copy of \(copy.target.place)\(owner) in \(copy.drill.path)"
            + (sight.place == .ours ? " will be \(state)" : " was almost gone; the rest of it goes")
    }

    /// That something foreign is in the place is said, and no reason not to be done.
    var remark: String? {
        if staysAnothers, let owner = sight.owner {
            return "\(found) is of the drill \(owner.run) of another journal (\(owner.journalName)), and stays"
        }
        return sight.place == .other
            ? "\(copy.drill.path) on the host of \(copy.target.place) bears no mark of a drill, and stays" : nil
    }

    /// As an undo has it, of which nobody is asked to answer for anything.
    var finding: Finding {
        let facts: JSONValue = [
            "command": .string(DrillCommandName.clone), "site": .string(copy.target.site),
            "cluster": .string(copy.target.server.cluster), "place": .string(copy.drill.path),
        ]
        if let refusal = refusalToRemove {
            return .refused(refusal.rule, refusal.sentence, facts: facts)
        }
        if let sentence { return Finding(.needed, sentence, facts: facts) }
        return Finding(.done, remark ?? "nothing of a copy of \(copy.target.place) is left", facts: facts)
    }

    /// Removes what was seen, unless it has become somebody else's meanwhile.
    func remove() async throws(Fault) {
        if let refusal = refusalToRemove {
            throw Fault(.refused, refusal.sentence, at: copy.place, next: "See what changed, then resume")
        }
        if sentence != nil { try await copy.remove(sight) }
    }
}
