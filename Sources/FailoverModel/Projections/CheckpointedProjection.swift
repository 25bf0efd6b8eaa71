/// A state folded from entries that can be kept in the journal's file as records, and taken up from there.
///
/// The law: folding all entries gives the same records, to the byte, as taking up a checkpoint and folding the rest.
package protocol CheckpointedProjection: Sendable {
    init()
    /// Takes up a checkpoint. Throws where a record is not one this program wrote; the caller then rebuilds.
    init(records: [ProjectionRecord]) throws
    mutating func apply(_ entry: EntryBytes) throws
    /// The records that changed since the last call, `body` nil for one that is gone; sorted by name and key.
    mutating func takeChanges() -> [ProjectionRecord]
    /// Every record, as a checkpoint of the whole; sorted by name and key.
    var records: [ProjectionRecord] { get }
}

/// One row of a checkpoint.
package struct ProjectionRecord: Hashable, Sendable {
    package var name: String
    package var key: String
    /// JSON with sorted keys; `nil` where the record is to be removed.
    package var body: [UInt8]?

    package init(name: String, key: String, body: [UInt8]?) {
        self.name = name
        self.key = key
        self.body = body
    }
}
