/// Every state that is kept over the whole journal: sites, what is owed, secrets, runs.
package struct JournalProjections: CheckpointedProjection {
    package private(set) var sites = SiteProjection()
    package private(set) var owed = OwedProjection()
    package private(set) var secrets = SecretProjection()
    package private(set) var checks = CheckProjection()
    package private(set) var runs = RunsProjection()
    package private(set) var serving = ServingProjection()
    package private(set) var drills = DrillProjection()

    package init() {}

    package init(records: [ProjectionRecord]) throws {
        for record in records {
            guard let body = record.body else { continue }
            switch record.name {
            case SiteProjection.recordName: try sites.restore(record, body: body)
            case owed.kept.name: try owed.kept.restore(record, body: body)
            case secrets.kept.name: try secrets.kept.restore(record, body: body)
            case checks.kept.name: try checks.kept.restore(record, body: body)
            case runs.kept.name: try runs.kept.restore(record, body: body)
            case serving.kept.name: try serving.kept.restore(record, body: body)
            case drills.kept.name: try drills.kept.restore(record, body: body)
            default: throw DecodingFailure("unknown projection \"\(record.name)\"", offset: 0)
            }
        }
    }

    package mutating func apply(_ entry: EntryBytes) throws {
        guard let kind = EventKind(entry.type), entry.version == kind.payloadType.version else {
            _ = try Event(entry)
            return
        }
        do {
            try take(kind, entry)
        } catch {
            throw UnreadableEntry(
                sequence: entry.sequence, what: "\(kind.payloadType.type): \(error.what) at byte \(error.offset)")
        }
    }

    private mutating func take(_ kind: EventKind, _ entry: EntryBytes) throws(DecodingFailure) {
        var reader = JSONReader(entry.payload)
        switch kind {
        case .siteObserved: try sites.observe(entry)
        case .runStarted: runs.start(try RunStarted(from: &reader), entry: entry)
        case .runClaimed:
            let payload = try RunClaimed(from: &reader)
            runs.update(entry) { summary in
                summary.standing = .running
                summary.executor = payload.executor
                summary.claimedAt = entry.time
                summary.endedAt = nil
                summary.endedSequence = nil
                summary.isGoodDrill = nil
            }
        case .runReleased:
            runs.release(try RunReleased(from: &reader), entry: entry)
            noteDrill(entry)
        case .rollbackStarted:
            runs.update(entry) { $0.direction = .back }
            owed.forgive(run: String(decoding: entry.run, as: UTF8.self))
        case .stepIntended: runs.update(entry) { _ in }
        case .stepSucceeded:
            let success = try reader.pivotSuccess()
            runs.update(entry) { summary in
                guard success.isForwardPivot else { return }
                summary.isPastPivot = true
                serving.promote(success.facts, in: summary, at: entry.time)
            }
        case .stepDeferred:
            let payload = try StepDeferred(from: &reader)
            runs.update(entry) { _ in }
            let run = String(decoding: entry.run, as: UTF8.self)
            owed.defer(payload, run: run, isOfDrill: isDrill(run), at: entry.time)
        case .debtSettled: owed.settle(try DebtSettled(from: &reader).debt)
        case .secretsCompared: secrets.compare(try SecretsCompared(from: &reader), at: entry.time)
        case .checkCompleted: checks.complete(try CheckCompleted(from: &reader), at: entry.time)
        case .stepDecided:
            let payload = try StepDecided(from: &reader)
            runs.update(entry) { summary in
                guard payload.direction == .forward, payload.isDone, summary.pivots.contains(payload.step) else {
                    return
                }
                summary.isPastPivot = true
                serving.promote(nil, in: summary, at: entry.time)
            }
        case .rollbackWithdrawn: runs.update(entry) { $0.direction = .forward }
        case .runAbandoned:
            let payload = try RunAbandoned(from: &reader)
            let run = String(decoding: entry.run, as: UTF8.self)
            runs.abandon(payload, entry: entry)
            noteDrill(entry)
            // What a drill has left behind is to be removed whatever becomes of it.
            if !payload.isPastPivot, !isDrill(run) { owed.forgive(run: run) }
        case .debtReopened:
            let payload = try DebtReopened(from: &reader)
            owed.reopen(payload, isOfDrill: isDrill(payload.debt.run), at: entry.time)
        case .noteAdded, .outsideEventRecorded, .approvalRequested, .stepApproved, .stepDenied, .stepSkipped,
            .stepFailed, .stepRefused,
            .stepDoubted:
            runs.update(entry) { _ in }
        }
    }

    private func isDrill(_ run: String) -> Bool { runs.summaries[run]?.kind == .drill }

    private mutating func noteDrill(_ entry: EntryBytes) {
        guard let summary = runs.summaries[String(decoding: entry.run, as: UTF8.self)], summary.kind == .drill,
            summary.standing.isOver
        else { return }
        drills.end(summary, at: entry.time)
    }

    package var records: [ProjectionRecord] {
        (sites.records + owed.kept.records + secrets.kept.records + checks.kept.records + runs.kept.records
            + serving.kept.records + drills.kept.records)
            .sorted { ($0.name, $0.key) < ($1.name, $1.key) }
    }

    package mutating func takeChanges() -> [ProjectionRecord] {
        (sites.takeChanges() + owed.kept.takeChanges() + secrets.kept.takeChanges() + checks.kept.takeChanges()
            + runs.kept.takeChanges() + serving.kept.takeChanges() + drills.kept.takeChanges())
            .sorted { ($0.name, $0.key) < ($1.name, $1.key) }
    }
}

extension JSONReader {
    /// Looks only for what the projections need of a success; the facts are read where it is the pivot's.
    fileprivate mutating func pivotSuccess() throws(DecodingFailure) -> (isForwardPivot: Bool, facts: JSONValue?) {
        var isPivot = false
        var isForward = true
        var facts: UnsafeRawBufferPointer?
        try object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "direction": isForward = try reader.rawString().elementsEqual("forward".utf8)
            case "facts": facts = try reader.rawValue()
            case "isPivot": isPivot = try reader.bool()
            default: try reader.skip()
            }
        }
        guard isPivot, isForward else { return (false, nil) }
        guard let facts else { return (true, nil) }
        var reader = JSONReader(facts)
        return (true, try reader.value())
    }
}
