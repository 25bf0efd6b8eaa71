/// Why an entry cannot be read as an event.
package struct UnreadableEntry: Error, Equatable, Sendable, CustomStringConvertible {
    package var sequence: Int64
    package var what: String

    package init(sequence: Int64, what: String) {
        self.sequence = sequence
        self.what = what
    }

    package var description: String {
        "journal sequence \(sequence): \(what). Run `handover journal verify`; if the journal is sound, a newer "
            + "handover wrote this entry: use that version"
    }
}

/// A kind of event as a number, found by one look at the stored type.
package enum EventKind: Int, CaseIterable, Sendable {
    case runStarted, runClaimed, runReleased, rollbackStarted, noteAdded, outsideEventRecorded, approvalRequested
    case stepApproved, stepDenied
    case stepSkipped, stepDecided, stepIntended, stepSucceeded, stepFailed, stepRefused, stepDeferred, stepDoubted
    case debtSettled, siteObserved, secretsCompared, checkCompleted
    case runAbandoned, rollbackWithdrawn, debtReopened

    package var payloadType: any EventPayload.Type {
        switch self {
        case .runStarted: RunStarted.self
        case .runClaimed: RunClaimed.self
        case .runReleased: RunReleased.self
        case .rollbackStarted: RollbackStarted.self
        case .noteAdded: NoteAdded.self
        case .outsideEventRecorded: OutsideEventRecorded.self
        case .approvalRequested: ApprovalRequested.self
        case .stepApproved: StepApproved.self
        case .stepDenied: StepDenied.self
        case .stepSkipped: StepSkipped.self
        case .stepDecided: StepDecided.self
        case .stepIntended: StepIntended.self
        case .stepSucceeded: StepSucceeded.self
        case .stepFailed: StepFailed.self
        case .stepRefused: StepRefused.self
        case .stepDeferred: StepDeferred.self
        case .stepDoubted: StepDoubted.self
        case .debtSettled: DebtSettled.self
        case .siteObserved: SiteObserved.self
        case .secretsCompared: SecretsCompared.self
        case .checkCompleted: CheckCompleted.self
        case .runAbandoned: RunAbandoned.self
        case .rollbackWithdrawn: RollbackWithdrawn.self
        case .debtReopened: DebtReopened.self
        }
    }

    private static let names: [(name: StaticString, kind: EventKind)] =
        allCases.map { ($0.payloadType.type, $0) }

    package init?(_ type: UnsafeRawBufferPointer) {
        for (name, kind) in Self.names where name.matches(type) {
            self = kind
            return
        }
        return nil
    }
}

extension StaticString {
    func matches(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.count == utf8CodeUnitCount && withUTF8Buffer { $0.elementsEqual(bytes) }
    }
}

extension Event {
    package init(_ kind: EventKind, payload reader: inout JSONReader) throws(DecodingFailure) {
        switch kind {
        case .runStarted: self = .runStarted(try RunStarted(from: &reader))
        case .runClaimed: self = .runClaimed(try RunClaimed(from: &reader))
        case .runReleased: self = .runReleased(try RunReleased(from: &reader))
        case .rollbackStarted: self = .rollbackStarted(try RollbackStarted(from: &reader))
        case .noteAdded: self = .noteAdded(try NoteAdded(from: &reader))
        case .outsideEventRecorded: self = .outsideEventRecorded(try OutsideEventRecorded(from: &reader))
        case .approvalRequested: self = .approvalRequested(try ApprovalRequested(from: &reader))
        case .stepApproved: self = .stepApproved(try StepApproved(from: &reader))
        case .stepDenied: self = .stepDenied(try StepDenied(from: &reader))
        case .stepSkipped: self = .stepSkipped(try StepSkipped(from: &reader))
        case .stepDecided: self = .stepDecided(try StepDecided(from: &reader))
        case .stepIntended: self = .stepIntended(try StepIntended(from: &reader))
        case .stepSucceeded: self = .stepSucceeded(try StepSucceeded(from: &reader))
        case .stepFailed: self = .stepFailed(try StepFailed(from: &reader))
        case .stepRefused: self = .stepRefused(try StepRefused(from: &reader))
        case .stepDeferred: self = .stepDeferred(try StepDeferred(from: &reader))
        case .stepDoubted: self = .stepDoubted(try StepDoubted(from: &reader))
        case .debtSettled: self = .debtSettled(try DebtSettled(from: &reader))
        case .siteObserved: self = .siteObserved(try SiteObserved(from: &reader))
        case .secretsCompared: self = .secretsCompared(try SecretsCompared(from: &reader))
        case .checkCompleted: self = .checkCompleted(try CheckCompleted(from: &reader))
        case .runAbandoned: self = .runAbandoned(try RunAbandoned(from: &reader))
        case .rollbackWithdrawn: self = .rollbackWithdrawn(try RollbackWithdrawn(from: &reader))
        case .debtReopened: self = .debtReopened(try DebtReopened(from: &reader))
        }
        try reader.end()
    }

    /// Reads a stored event. An unknown type or a newer version is an error, never a guess.
    package init(_ entry: EntryBytes) throws(UnreadableEntry) {
        guard let kind = EventKind(entry.type) else {
            let type = String(decoding: entry.type, as: UTF8.self)
            throw UnreadableEntry(sequence: entry.sequence, what: "unknown type \"\(type)\"")
        }
        guard entry.version == kind.payloadType.version else {
            throw UnreadableEntry(
                sequence: entry.sequence, what: "\(kind.payloadType.type) has version \(entry.version), not known here")
        }
        do {
            var reader = JSONReader(entry.payload)
            try self.init(kind, payload: &reader)
        } catch {
            throw UnreadableEntry(
                sequence: entry.sequence, what: "\(kind.payloadType.type): \(error.what) at byte \(error.offset)")
        }
    }

    package init(_ entry: Entry) throws(UnreadableEntry) {
        let result = entry.withBytes { bytes in
            do throws(UnreadableEntry) { return Result<Event, UnreadableEntry>.success(try Event(bytes)) } catch {
                return .failure(error)
            }
        }
        self = try result.get()
    }
}

extension Entry {
    /// The entry as bytes in place, for what folds over `EntryBytes`.
    package func withBytes<Value>(_ body: (EntryBytes) throws -> Value) rethrows -> Value {
        let run = Array(run.utf8)
        let actor = Array(actor.utf8)
        let type = Array(type.utf8)
        return try run.withUnsafeBytes { run in
            try actor.withUnsafeBytes { actor in
                try type.withUnsafeBytes { type in
                    try payload.withUnsafeBytes { payload in
                        try body(
                            EntryBytes(
                                sequence: sequence, run: run, time: time, actor: actor, type: type, version: version,
                                payload: payload))
                    }
                }
            }
        }
    }
}
