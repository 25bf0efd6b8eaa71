/// An event as stored: one row of the journal.
package struct Entry: Equatable, Sendable {
    /// Position in the journal, from 1, without gaps.
    package var sequence: Int64
    /// The run it belongs to; empty for what belongs to none.
    package var run: String
    package var time: Moment
    /// Who did it: a person's name, or `handover` with the executor's identity in the payload.
    package var actor: String
    package var type: String
    package var version: Int64
    /// JSON in UTF-8 with sorted keys.
    package var payload: [UInt8]
    /// SHA-256 over the previous entry's hash and this entry's own bytes; 32 bytes.
    package var hash: [UInt8]

    package init(
        sequence: Int64, run: String, time: Moment, actor: String, type: String, version: Int64, payload: [UInt8],
        hash: [UInt8]
    ) {
        self.sequence = sequence
        self.run = run
        self.time = time
        self.actor = actor
        self.type = type
        self.version = version
        self.payload = payload
        self.hash = hash
    }

    /// An entry as it will be stored, but for its hash, which only the journal knows.
    package init(_ new: NewEntry, sequence: Int64) {
        self.init(
            sequence: sequence, run: new.run, time: new.time, actor: new.actor, type: new.type, version: new.version,
            payload: new.payload, hash: [])
    }
}

/// An entry's columns as they lie in the database's memory, for folds over many entries without a copy of each.
/// The buffers are valid only during the call that hands them out.
package struct EntryBytes {
    package var sequence: Int64
    package var run: UnsafeRawBufferPointer
    package var time: Moment
    package var actor: UnsafeRawBufferPointer
    package var type: UnsafeRawBufferPointer
    package var version: Int64
    package var payload: UnsafeRawBufferPointer

    package init(
        sequence: Int64, run: UnsafeRawBufferPointer, time: Moment, actor: UnsafeRawBufferPointer,
        type: UnsafeRawBufferPointer, version: Int64, payload: UnsafeRawBufferPointer
    ) {
        self.sequence = sequence
        self.run = run
        self.time = time
        self.actor = actor
        self.type = type
        self.version = version
        self.payload = payload
    }
}

/// What an append is asked to store: an event with who and when; the journal adds sequence and hash.
package struct NewEntry: Equatable, Sendable {
    package var run: String
    package var time: Moment
    package var actor: String
    package var type: String
    package var version: Int64
    package var payload: [UInt8]

    package init(run: String, time: Moment, actor: String, type: String, version: Int64, payload: [UInt8]) {
        self.run = run
        self.time = time
        self.actor = actor
        self.type = type
        self.version = version
        self.payload = payload
    }
}

/// The newest entry's sequence and hash; sequence 0 and 32 zero bytes for an empty journal.
package struct JournalHead: Hashable, Sendable {
    package var sequence: Int64
    package var hash: [UInt8]

    package init(sequence: Int64, hash: [UInt8]) {
        self.sequence = sequence
        self.hash = hash
    }

    package static let empty = JournalHead(sequence: 0, hash: [UInt8](repeating: 0, count: 32))
}
