import FailoverModel
import RunEngine
import Systems

/// Tells one hook what the journal says of runs: in order, at least once, each message with the same key at every try.
///
/// The journal is the outbox. Where it stopped is kept in the hook's cursor, which is moved after a message was taken; so a
/// process that is killed at any instant leaves the rest to the next one.
actor HookWorker {
    /// What one look at the journal came to.
    enum Outcome: Equatable, Sendable {
        /// Everything up to the journal's end is told.
        case told
        /// Another process tells this hook right now.
        case elsewhere
        /// Not yet: the reason is `trouble`.
        case later
    }

    private static let firstPauseMilliseconds: Int64 = 1000
    private static let longestPauseMilliseconds: Int64 = 60_000
    /// What somebody has to mend first is tried again only now and then.
    private static let lastingPauseMilliseconds: Int64 = 300_000
    /// How long a question has to be open before anybody is called to it.
    private static let openForMilliseconds: Int64 = 1000
    /// After so many entries that nobody is told of, the cursor is moved all the same.
    private static let keptEvery: Int64 = 512

    nonisolated let hook: AlertHook
    private let sender: HookSender
    private let source: any NoticeSource
    private let journalPath: String
    private let words: NoticeWords
    private let clock: any EngineClock
    /// Where a hook begins that was told nothing yet: nothing before it is sent.
    private let beginning: Int64
    private let say: @Sendable (String) -> Void

    private var queue = NoticeQueue(after: 0)
    private var position: NoticeCursor.Position?
    private var pausedUntil = Int64.min
    private var failures: Int64 = 0
    private(set) var trouble: HookFailure?
    /// How many messages were taken.
    private(set) var toldCount = 0
    /// How many were refused for themselves.
    private(set) var leftOutCount = 0
    /// Whether nothing had ever been told to this hook.
    private(set) var isNew = false

    /// `say` is told of each new trouble, and of what could not be told at all.
    init(
        hook: AlertHook, sender: HookSender, source: any NoticeSource, journalPath: String, words: NoticeWords,
        clock: any EngineClock, beginning: Int64, say: @escaping @Sendable (String) -> Void
    ) {
        self.hook = hook
        self.sender = sender
        self.source = source
        self.journalPath = journalPath
        self.words = words
        self.clock = clock
        self.beginning = beginning
        self.say = say
    }

    /// Tells what is new. With `isLast` no pause is waited for, and where it stopped is kept to the entry.
    @discardableResult
    func pass(isLast: Bool = false) async -> Outcome {
        do {
            let head = try await source.head()
            if position != nil, queue.seen >= head.sequence, isQueueEmpty, !isLast { return .told }
            guard isLast || clock.monotonicMilliseconds() >= pausedUntil else { return .later }
            guard let cursor = try NoticeCursor(journal: journalPath, hook: hook.name) else { return .elsewhere }
            let journal = try await takeUp(cursor)
            try await read(through: head.sequence)
            guard try await send(journal, cursor, isLast: isLast), isQueueEmpty else { return .later }
            if isLast || queue.seen - (position?.head.sequence ?? 0) >= Self.keptEvery {
                try await keep(through: queue.seen, journal, cursor)
            }
            if !Task.isCancelled { trouble = nil }
            return .told
        } catch let failure as HookFailure {
            fail(failure)
        } catch let fault as Fault {
            fail(HookFailure(.lasting, fault))
        } catch {
            let place = HookSender.place(hook)
            fail(
                HookFailure(
                    .lasting,
                    Fault(
                        .invalid, "the journal cannot be read for it: \(error)", at: place,
                        next: "Run handover journal verify")))
        }
        return .later
    }

    private var isQueueEmpty: Bool { hook.form == .alertmanager ? queue.changes.isEmpty : queue.notices.isEmpty }

    /// Takes up the work where the cursor says that it stopped; another process may have moved it. Returns the journal's
    /// identity.
    private func takeUp(_ cursor: NoticeCursor) async throws -> [UInt8] {
        let journal = try await source.identity()
        let kept = try cursor.read()
        if let kept, kept == position { return journal }
        if let kept, kept.journal == journal, try await isInJournal(kept.head) {
            position = kept
        } else {
            // A hook that is new, or a file that belongs to another journal or to another course of this one: what lies
            // before now may have been told long ago, or be nobody's business here.
            isNew = true
            try await keep(through: beginning, journal, cursor)
        }
        queue = NoticeQueue(after: position?.head.sequence ?? beginning)
        return journal
    }

    private func isInJournal(_ head: JournalHead) async throws -> Bool {
        if head.sequence == 0 { return true }
        return try await source.hash(of: head.sequence) == head.hash
    }

    private func keep(through sequence: Int64, _ journal: [UInt8], _ cursor: NoticeCursor) async throws {
        let hash = sequence == 0 ? JournalHead.empty.hash : try await source.hash(of: sequence) ?? []
        let moved = NoticeCursor.Position(journal: journal, head: JournalHead(sequence: sequence, hash: hash))
        if moved == position { return }
        try cursor.write(moved)
        position = moved
    }

    private func read(through sequence: Int64) async throws {
        guard queue.seen < sequence else { return }
        for entry in try await source.entriesOfRuns(after: queue.seen, through: sequence) {
            if queue.wantsPast(of: entry) {
                let past = try await source.entries(run: entry.run).filter { $0.sequence < entry.sequence }
                try queue.learn(past, of: entry.run)
            }
            try queue.take(entry)
        }
        queue.read(through: sequence)
    }

    /// False where the hook takes nothing now.
    private func send(_ journal: [UInt8], _ cursor: NoticeCursor, isLast: Bool) async throws -> Bool {
        while let (message, sequence) = next(journal, isLast: isLast) {
            if Task.isCancelled { return false }
            do throws(HookFailure) {
                try await sender.send(message, to: hook)
                toldCount += 1
                failures = 0
                trouble = nil
                pausedUntil = .min
            } catch {
                if Task.isCancelled, error.kind == .passing {
                    // Given up by ourselves, because the command ends.
                    trouble = trouble ?? HookFailure(.passing, Self.noAnswer(hook))
                    return false
                }
                fail(error)
                guard error.kind == .message else { return false }
                leftOutCount += 1
                say("\(error.fault.place): \(error.fault.what); this message is left out: \(message.key)")
            }
            queue.drop(through: sequence)
            if hook.form == .alertmanager { queue.dropChanges() }
            try await keep(through: sequence, journal, cursor)
        }
        return true
    }

    /// The next message, and the entry up to which all is told with it.
    private func next(_ journal: [UInt8], isLast: Bool) -> (HookMessage, Int64)? {
        let now = clock.now()
        /// A question that is answered in advance, or by whoever sits there, is open for a moment only.
        func isTooEarly(_ entry: Entry) -> Bool {
            !isLast && (0..<Self.openForMilliseconds).contains(now.milliseconds(since: entry.time))
        }
        if hook.form == .alertmanager {
            let changes = Array(queue.changes.values)
            if changes.contains(where: { $0.state.attention == .waits && isTooEarly($0.entry) }) { return nil }
            return words.message(changes, journal: journal).map { ($0, queue.seen) }
        }
        let late = queue.notices.prefix {
            now.milliseconds(since: $0.entry.time) > NoticeWords.freshMilliseconds
        }
        if let last = late.last, let summary = words.summary(Array(late), journal: journal, now: now) {
            return (summary, last.entry.sequence)
        }
        guard let first = queue.notices.first, first.matter != .waiting || !isTooEarly(first.entry) else { return nil }
        return (words.message(first, journal: journal), first.entry.sequence)
    }

    private static func noAnswer(_ hook: AlertHook) -> Fault {
        Fault(
            .uncertain, "it has not answered yet", at: HookSender.place(hook),
            next: "Check that this machine can reach it")
    }

    private func fail(_ failure: HookFailure) {
        failures += 1
        let doubled = Self.firstPauseMilliseconds << min(failures - 1, 10)
        let pause =
            failure.kind == .lasting
            ? Self.lastingPauseMilliseconds
            : max(failure.fault.retryAfterMilliseconds ?? 0, min(doubled, Self.longestPauseMilliseconds))
        pausedUntil = failure.kind == .message ? .min : clock.monotonicMilliseconds() + pause
        if trouble?.fault.what != failure.fault.what, failure.kind != .message {
            say("\(failure.fault.place): \(failure.fault.what). \(failure.fault.next)")
        }
        trouble = failure.kind == .message ? trouble : failure
    }
}
