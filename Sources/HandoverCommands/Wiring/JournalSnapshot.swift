import FailoverModel
import Systems

/// The journal's states as of one entry.
struct JournalSnapshot: Sendable {
    var head: JournalHead
    var projections: JournalProjections
    /// When its last entry was written, where it is a picture of the past.
    var past: Moment?

    static let empty = JournalSnapshot(head: .empty, projections: JournalProjections())

    /// Databases as last seen, by `site/cluster`.
    var lastSeen: [String: StepContext.RecordedPosition] {
        projections.lastDatabaseLooks.mapValues { StepContext.RecordedPosition(observation: $0.observation, at: $0.at) }
    }
}
