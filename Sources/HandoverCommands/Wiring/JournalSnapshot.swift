import FailoverModel
import Systems

/// The journal's states as of one entry.
struct JournalSnapshot: Sendable {
    var head: JournalHead
    var projections: JournalProjections
    /// The journal's identity in hexadecimal; `nil` where there is no journal.
    var identity: String?
    /// When its last entry was written, where it is a picture of the past.
    var past: Moment?

    static let empty = JournalSnapshot(head: .empty, projections: JournalProjections())

    /// What steps may go by where a system cannot be looked at any more.
    var recorded: StepContext.Recorded {
        StepContext.Recorded(
            databases: projections.lastDatabaseLooks.mapValues { .init(observation: $0.observation, at: $0.at) },
            secretsInSync: projections.secrets.statuses.compactMapValues(\.lastInSyncAt),
            serving: projections.serving.promotions, journal: identity)
    }
}
