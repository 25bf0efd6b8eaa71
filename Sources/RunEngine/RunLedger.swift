package import FailoverModel

/// The one place from which an executor appends: keeps the run's state in step with the journal, checks every event
/// against the state machine before it is written, and stops for good once the claim is lost.
package actor RunLedger {
    package private(set) var state: RunState
    private var head: JournalHead
    private let journal: any RunJournal
    private let clock: any EngineClock
    private let actorName: String
    private let listener: any RunListener
    private var executor: String?
    private var lastSeen: [String: SiteObservation] = [:]
    /// What the runs whose debts a settlement pays found, by step; sorted before its own.
    let inherited: [String: JSONValue]
    private var isBusy = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(
        state: RunState, head: JournalHead, journal: any RunJournal, clock: any EngineClock, actorName: String,
        listener: any RunListener, inherited: [String: JSONValue] = [:]
    ) {
        self.inherited = inherited
        self.state = state
        self.head = head
        self.journal = journal
        self.clock = clock
        self.actorName = actorName
        self.listener = listener
    }

    /// Reads a run from the journal.
    package static func open(
        run: String, journal: any RunJournal, clock: any EngineClock, actorName: String,
        listener: any RunListener = SilentListener()
    ) async throws -> RunLedger {
        let head = try await journal.head()
        let entries = try await journal.entries(run: run).filter { $0.sequence <= head.sequence }
        let state = try RunState.folding(entries, run: run)
        var inherited: [String: JSONValue] = [:]
        for debtor in Set(state.settles.map(\.run)).sorted() {
            let settled = try RunState.folding(try await journal.entries(run: debtor), run: debtor)
            for (step, record) in settled.records { inherited["!\(debtor)/\(step)"] = record.facts }
        }
        return RunLedger(
            state: state, head: head, journal: journal, clock: clock, actorName: actorName, listener: listener,
            inherited: inherited)
    }

    /// Appends `events` as one whole. The events are asked for again whenever somebody else appended in between, because
    /// what is right may have changed; an empty answer appends nothing.
    @discardableResult
    package func append(
        actor name: String? = nil, _ events: @Sendable (RunState) throws -> [Event]
    ) async throws -> RunState {
        await acquire()
        defer { release() }
        while true {
            try checkClaim()
            let events = try events(state).filter { !isKnown($0) }
            guard !events.isEmpty else { return state }
            let time = clock.now()
            var next = state
            var entries: [(Event, Entry)] = []
            var new: [NewEntry] = []
            for event in events {
                let entry = event.entry(run: state.id, time: time, actor: name ?? actorName)
                let placed = Entry(entry, sequence: head.sequence + Int64(new.count) + 1)
                try next.apply(event, entry: placed)
                new.append(entry)
                entries.append((event, placed))
            }
            do {
                head = try await journal.append(new, expecting: head)
            } catch is HeadMoved {
                try await readOn()
                continue
            }
            state = next
            for (event, entry) in entries {
                if case .siteObserved(let payload) = event { lastSeen[payload.observation.place] = payload.observation }
                listener.appended(event, entry: entry, state: state)
            }
            return state
        }
    }

    /// Steps look at the same systems again and again; what is as it was journalled last is not journalled again.
    private func isKnown(_ event: Event) -> Bool {
        guard case .siteObserved(let payload) = event else { return false }
        return lastSeen[payload.observation.place] == payload.observation
    }

    /// Takes the run for `executor`, or throws `RunError.held`.
    package func claim(
        _ executor: Executor, registry: any ExecutorRegistry, takeOver: Bool
    ) async throws {
        try await append { state in
            var reason: String?
            if let claim = state.claim {
                switch registry.liveness(of: claim.executor) {
                case .gone(let why): reason = why
                case .unknown(let why) where takeOver: reason = "taken over by \(actorName): \(why)"
                case let liveness: throw RunError.held(run: state.id, by: claim, liveness: liveness)
                }
            }
            if state.standing == .rolledBack || state.standing == .abandoned {
                throw RunError.over(run: state.id, state.standing)
            }
            return [.runClaimed(RunClaimed(executor: executor, takenOverBecause: reason))]
        }
        self.executor = executor.identity
    }

    @discardableResult
    func release(
        _ executor: Executor, reason: RunReleased.Reason, _ summary: String, isGoodDrill: Bool? = nil
    ) async throws -> RunState {
        try await append { _ in
            [
                .runReleased(
                    RunReleased(
                        reason: reason, executor: executor.identity, summary: summary, isGoodDrill: isGoodDrill))
            ]
        }
    }

    /// Takes in what others appended; true where something of this run came.
    @discardableResult
    package func catchUp() async throws -> Bool {
        await acquire()
        defer { release() }
        guard try await journal.head() != head else { return false }
        let before = state.lastSequence
        try await readOn()
        try checkClaim()
        return state.lastSequence != before
    }

    private func readOn() async throws {
        for entry in try await journal.entries(after: head.sequence) {
            head = JournalHead(sequence: entry.sequence, hash: entry.hash)
            guard entry.run == state.id else { continue }
            let event = try Event(entry)
            try state.apply(event, entry: entry)
            listener.appended(event, entry: entry, state: state)
        }
    }

    private func checkClaim() throws {
        guard let executor, state.claim?.executor.identity != executor else { return }
        throw RunError.claimLost(run: state.id, to: state.claim?.executor)
    }

    /// First come, first served: an actor alone would let a second append begin while the first waits for the disk.
    private func acquire() async {
        if isBusy {
            await withCheckedContinuation { waiting.append($0) }
        } else {
            isBusy = true
        }
    }

    private func release() {
        if waiting.isEmpty { isBusy = false } else { waiting.removeFirst().resume() }
    }
}

extension RunState {
    /// The run's state from its entries alone.
    package static func folding(_ entries: [Entry], run: String) throws -> RunState {
        guard let first = entries.first else { throw RunError.noSuchRun(run) }
        guard case .runStarted(let started) = try Event(first) else {
            throw InvalidTransition(sequence: first.sequence, what: "run \(run) does not begin with run.started")
        }
        var state = RunState(started, entry: first)
        for entry in entries.dropFirst() { try state.apply(try Event(entry), entry: entry) }
        return state
    }
}

extension SiteObservation {
    /// Which system it is about.
    fileprivate var place: String {
        switch seen {
        case .postgres: "\(site)/postgres/\(cluster ?? "")"
        case .workloads: "\(site)/kubernetes/"
        case .service: "\(site)/service/"
        case .unreachable(let system, _): "\(site)/\(system)/\(cluster ?? "")"
        }
    }
}
