package import FailoverModel

extension RunTimeline {
    /// An entry of the run as people read it, in the place where it happened.
    ///
    /// Entries keep the order of the journal. Only what has a time of its own (a note with one, an event from elsewhere)
    /// stands where that time falls, which may be long before it was written down.
    package struct Item: Equatable, Sendable {
        /// Where the entry lies in the journal, and when it was written.
        package var point: Point
        /// Microseconds from the start of the run to when it happened; negative for what happened before.
        package var position: Int64
        package var actor: String
        package var type: String
        package var kind: Kind
        package var step: String?
        package var sentence: String
        /// When it happened, where that is not when it was written.
        package var happenedAt: Moment?
        /// Where an event from elsewhere comes from.
        package var source: String?
        /// Who said it there.
        package var author: String?
        /// The clock showed the time it happened at twice, so it may belong to either place.
        package var isPlaceUncertain = false
        /// By how much the clock went back between the entry before and this one.
        package var clockWentBackMilliseconds: Int64?

        package var time: Moment { happenedAt ?? point.time }
        /// How long after it happened it was written down; `nil` where that was at once.
        package var lateMilliseconds: Int64? {
            happenedAt.map { point.time.milliseconds(since: $0) }.flatMap { $0 == 0 ? nil : $0 }
        }
    }

    /// What an item is to somebody who looks for something.
    package enum Kind: String, CaseIterable, Sendable {
        case run, decision, step, trouble, look, note, outside
    }
}

extension RunTimeline.Item {
    /// A run's entries, each where it happened.
    static func placing(_ events: [PlacedEvent]) -> [RunTimeline.Item] {
        var inPlace: [RunTimeline.Item] = []
        var own: [RunTimeline.Item] = []
        for placed in events {
            let item = RunTimeline.Item(placed)
            if item.happenedAt == nil { inPlace.append(item) } else { own.append(item) }
        }
        for index in own.indices { own[index].place(among: inPlace) }
        own.sort { ($0.position, $0.point.sequence) < ($1.position, $1.point.sequence) }
        var merged: [RunTimeline.Item] = []
        merged.reserveCapacity(events.count)
        var next = own.startIndex
        for item in inPlace {
            while next < own.endIndex, own[next].position < item.position {
                merged.append(own[next])
                next += 1
            }
            merged.append(item)
        }
        return merged + own[next...]
    }

    init(_ placed: PlacedEvent) {
        self.init(
            point: placed.point, position: placed.point.elapsedMicroseconds, actor: placed.entry.actor,
            type: placed.entry.type, kind: placed.event.kind, step: placed.event.step, sentence: placed.sentence,
            clockWentBackMilliseconds: placed.clockWentBackMilliseconds)
        switch placed.event {
        case .noteAdded(let note): happenedAt = note.at
        case .outsideEventRecorded(let event):
            happenedAt = event.at
            source = event.source
            author = event.author
        case .runStarted, .runClaimed, .runReleased, .rollbackStarted, .approvalRequested, .stepApproved, .stepDenied,
            .stepSkipped, .stepDecided, .stepIntended, .stepSucceeded, .stepFailed, .stepRefused, .stepDeferred,
            .stepDoubted, .debtSettled, .debtReopened, .siteObserved, .secretsCompared, .checkCompleted, .runAbandoned,
            .rollbackWithdrawn:
            break
        }
    }

    /// Before the first entry that was made later, by the clock as it then was.
    private mutating func place(among entries: [RunTimeline.Item]) {
        guard let happenedAt, let first = entries.first else { return }
        let next = entries.firstIndex { $0.point.time > happenedAt } ?? entries.endIndex
        isPlaceUncertain = entries[next...].contains { $0.point.time <= happenedAt }
        guard next > entries.startIndex else {
            position = happenedAt.microseconds &- first.point.time.microseconds
            return
        }
        let before = entries[next - 1]
        position = before.position &+ max(0, happenedAt.microseconds &- before.point.time.microseconds)
        if next < entries.endIndex { position = min(position, max(before.position, entries[next].position &- 1)) }
    }
}

extension Event {
    var kind: RunTimeline.Kind {
        switch self {
        case .runStarted, .stepApproved, .stepDenied, .stepSkipped, .stepDecided, .rollbackStarted, .rollbackWithdrawn,
            .runAbandoned:
            .decision
        case .runClaimed, .runReleased, .debtSettled, .debtReopened: .run
        case .approvalRequested, .stepIntended, .stepSucceeded: .step
        case .stepFailed, .stepRefused, .stepDeferred, .stepDoubted: .trouble
        case .siteObserved, .secretsCompared, .checkCompleted: .look
        case .noteAdded: .note
        case .outsideEventRecorded: .outside
        }
    }
}
