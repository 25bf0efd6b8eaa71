import FailoverModel

/// Whose a drill is, as its marks say: the run, and the journal that the run is in. Two journals name their runs alike.
struct DrillOwner: Equatable, Sendable {
    var run: String
    /// The journal's identity; `nil` in the marks of a Handover that did not write it down yet.
    var journal: String?

    /// Of which journal, for people: as much of it as tells it apart.
    var journalName: String { journal.map { String($0.prefix(8)) } ?? "unknown" }

    /// Whose a mark is to one that reads it.
    enum Standing: Equatable, Sendable {
        /// This run's, or that of the run for which this one settles.
        case own
        /// Another run's of the same journal, which has one drill at a time.
        case earlier
        /// That journal may be at work with it, or mean to come back to it.
        case otherJournal
        /// The mark does not say of which journal it is.
        case unknown
    }
}

extension StepContext {
    var drillOwner: DrillOwner { DrillOwner(run: run, journal: recorded.journal) }

    func owns(_ owner: DrillOwner?) -> Bool { owner.map { standing(of: $0) == .own && $0.run == run } ?? false }

    /// - Parameter owner: as the mark has it.
    func standing(of owner: DrillOwner) -> DrillOwner.Standing {
        guard let journal = owner.journal else { return .unknown }
        guard journal == recorded.journal else { return .otherJournal }
        return [run, debtor].contains(owner.run) ? .own : .earlier
    }

    /// What a named person answers for who says that nobody is at work with a drill that is not this run's.
    var otherDrillAcceptance: String { "\(site)-other-drill" }
}
