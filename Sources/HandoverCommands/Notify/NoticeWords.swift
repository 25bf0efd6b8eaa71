import FailoverModel
import JournalStore
import Systems

/// What people are told of a run: short, exact, with what to type next and on which machine.
struct NoticeWords: Sendable {
    /// Older than this, messages are summed up and not told one by one.
    static let freshMilliseconds: Int64 = 86_400_000

    let topology: String
    /// The machine that the journal is on.
    let host: String
    let line: @Sendable ([String]) -> String
    let next: @Sendable (RunState) -> [String]

    init(
        topology: String, host: String, line: @escaping @Sendable ([String]) -> String,
        next: @escaping @Sendable (RunState) -> [String]
    ) {
        self.topology = topology
        self.host = host
        self.line = line
        self.next = next
    }

    init(_ invocation: Invocation, topology: Topology) {
        self.init(
            topology: topology.name, host: LocalExecutors.hostName(), line: { invocation.line($0) },
            next: { NextLines.of($0, invocation) })
    }

    func message(_ notice: RunNotice, journal: [UInt8]) -> HookMessage {
        let commands = commands(notice)
        var lines = text(notice).enumerated().map { index, text in
            let short = text.count > 1200 ? "\(text.prefix(1200))…" : text
            return index == 0
                ? HookMessage.Line.headline("\(topology), \(notice.state.nameAndKind): \(short)") : .text(short)
        }
        if lines.count > 40 { lines = lines.prefix(40) + [.text("… and more: \(line(["show", notice.state.id]))")] }
        if !commands.isEmpty { lines += [.text("Next, on \(host):")] + commands.map(HookMessage.Line.command) }
        return HookMessage(
            key: Self.key(notice.entry, journal), at: notice.entry.time, lines: lines,
            document: [
                "matter": .string(notice.matter.rawValue), "sequence": .integer(notice.entry.sequence),
                "actor": .string(notice.entry.actor), "step": JSONValue(notice.event.step),
                "run": Self.json(notice.state), "text": .string(lines.map(\.text).joined(separator: "\n")),
                "next": .array(commands.map(JSONValue.string)), "host": .string(host),
            ])
    }

    /// In place of messages that could not be told for so long that nobody acts on them any more.
    func summary(_ notices: [RunNotice], journal: [UInt8], now: Moment) -> HookMessage? {
        guard let first = notices.first, let last = notices.last else { return nil }
        let newest = notices.reversed().reduce(into: [RunNotice]()) { kept, notice in
            if !kept.contains(where: { $0.state.id == notice.state.id }) { kept.insert(notice, at: 0) }
        }
        let span = "\(SpanText.moment(first.entry.time)) to \(SpanText.moment(last.entry.time))"
        let lines = newest.map { notice in
            HookMessage.Line.text(
                "\(notice.state.nameAndKind) (\(notice.state.plan.title)): \(notice.matter.words), "
                    + SpanText.ago(notice.entry.time, now: now))
        }
        return HookMessage(
            key: Self.key(last.entry, journal), at: last.entry.time,
            lines: [.headline("\(topology): what could not be told here in time, \(span)")] + lines
                + [.text("How things are now, on \(host):"), .command(line(["status"]))],
            document: [
                "matter": "late", "sequence": .integer(last.entry.sequence),
                "runs": .array(newest.map { Self.json($0.state) }),
            ])
    }

    /// All runs that want something else of a person now, as one message to Alertmanager.
    func message(_ changes: [AttentionChange], journal: [UInt8]) -> HookMessage? {
        guard let newest = changes.max(by: { $0.entry.sequence < $1.entry.sequence }) else { return nil }
        return HookMessage(
            key: Self.key(newest.entry, journal), at: newest.entry.time, lines: [],
            signals: changes.sorted { $0.entry.sequence < $1.entry.sequence }.flatMap { signals($0, journal) })
    }

    private func signals(_ change: AttentionChange, _ journal: [UInt8]) -> [HookSignal] {
        let over = change.before.map { signal($0, change, journal, isOver: true) }
        let fires = change.state.attention.map { signal($0, change, journal, isOver: false) }
        return [over, fires].compactMap(\.self)
    }

    private func signal(
        _ attention: RunAttention, _ change: AttentionChange, _ journal: [UInt8], isOver: Bool
    ) -> HookSignal {
        let state = change.state
        let waiting = state.stepsInNeedOfAnswer.map { "\($0.id): \(state.record($0.id).sentence)" }
        let what = waiting.isEmpty ? RunClosing.sentence(state, now: change.entry.time) : waiting.joined(separator: " ")
        let commands = answers(state) ?? next(state)
        return HookSignal(
            labels: [
                "alertname": attention == .waits ? "HandoverRunWaits" : "HandoverRunStopped", "run": state.id,
                "kind": state.kind.rawValue, "topology": topology,
                "journal": String(journal.hexadecimal.prefix(8)),
                "severity": attention == .stopped && state.isInEarnest ? "critical" : "warning",
            ],
            summary: "\(state.nameAndKind) (\(state.plan.title)): \(what)".shownSafely,
            description: "On \(host): \(commands.joined(separator: "; "))".shownSafely, isOver: isOver,
            at: change.entry.time)
    }

    // MARK: Text

    private func text(_ notice: RunNotice) -> [String] {
        let (state, actor) = (notice.state, notice.entry.actor)
        switch notice.event {
        case .runStarted:
            return [
                "\(actor) begins: \(state.plan.title)",
                "It is told here when it waits for somebody, when there is no way back, and how it ends.",
            ]
        case .runClaimed(let payload):
            let way = state.direction == .back ? "goes on taking it back" : "goes on with it"
            return ["\(actor) \(way): \(state.plan.title)"]
                + (payload.takenOverBecause.map { ["Taken over, because \($0)."] } ?? [])
        case .rollbackStarted(let payload):
            return ["\(actor) takes it back: what was done is undone, the latest first"] + because(payload.reason)
        case .rollbackWithdrawn(let payload):
            return ["\(actor) lets it go forward again"] + because(payload.reason)
        case .approvalRequested(let payload):
            guard let step = state.plan.step(payload.step) else { return ["waits for a yes: \(payload.question)"] }
            return ["waits for a yes: \(step.title)", payload.question]
                + (step.isPivot ? ["There is no simple way back after this step."] : [])
                + (state.lossBefore(step).map { ["As things are: \($0)"] } ?? [])
                + (step.accepts.isEmpty
                    ? [] : ["Whoever says yes answers for: \(step.accepts.joined(separator: ", "))."])
        case .stepDoubted(let payload):
            return [
                "waits for somebody's word: \(state.plan.step(payload.step)?.title ?? payload.step)",
                "Nobody can see whether it was done: \(payload.sentence)",
            ]
        case .stepSucceeded(let payload):
            return ["past the point of no return: \(payload.sentence)"]
                + (payload.facts["lossText"]?.text.map { [$0] } ?? [])
                + ["Going back from here means moving data back; handover rollback leads through that."]
        default:
            return RunClosing.text(state, now: notice.entry.time, next: [], style: .pipe).split(separator: "\n")
                .map { String($0.drop { $0 == " " }) }
        }
    }

    private func because(_ reason: String?) -> [String] { reason.map { ["Because: \($0)"] } ?? [] }

    /// What to type; for a question that is open while the run goes on its answers.
    private func commands(_ notice: RunNotice) -> [String] {
        switch notice.matter {
        case .waiting: answers(notice.state, notice.event.step) ?? []
        case .stopped, .completed, .rolledBack, .abandoned: next(notice.state)
        case .begun, .resumed, .turnedBack, .turnedForward: [line(["show", notice.state.id])]
        case .pastPivot: []
        }
    }

    /// `nil` where nothing waits for an answer while the run goes on.
    private func answers(_ state: RunState, _ only: String? = nil) -> [String]? {
        guard state.standing == .running else { return nil }
        let commands = state.stepsInNeedOfAnswer.filter { only == nil || $0.id == only }.flatMap { step in
            state.record(step.id).standing == .asked
                ? [
                    line(["approve", state.id, step.id, "--actor", "NAME"]),
                    line(["deny", state.id, step.id, "--actor", "NAME"]),
                ]
                : [
                    line(["decide", state.id, step.id, "--as", "done"]),
                    line(["decide", state.id, step.id, "--as", "not-done"]),
                ]
        }
        return commands.isEmpty ? nil : commands
    }

    /// The journal, its entry, and the entry's hash, because a copy of the journal goes on with other entries of the same number.
    static func key(_ entry: Entry, _ journal: [UInt8]) -> String {
        "handover-\(journal.hexadecimal.prefix(16))-\(entry.sequence)-\(entry.hash.hexadecimal.prefix(12))"
    }

    private static func json(_ state: RunState) -> JSONValue {
        [
            "id": .string(state.id), "runbook": .string(state.plan.runbook), "title": .string(state.plan.title),
            "kind": .string(state.kind.rawValue), "from": .string(state.plan.from), "to": .string(state.plan.to),
            "state": .string(state.standing.rawValue), "direction": .string(state.direction.rawValue),
            "startedAt": JSONValue(state.startedAt), "startedBy": .string(state.startedBy),
            "endedAt": JSONValue(state.endedAt), "summary": .string(state.summary),
            "isPastPivot": .bool(!state.stepsPastPivot.isEmpty),
        ]
    }
}

extension RunState {
    /// Whether it is about the service itself; a run of any other kind moves nothing.
    fileprivate var isInEarnest: Bool { kind == .runbook || kind == .settlement }

    /// `ess-failover-8`, or `ess-drill-9, a drill`, so that nobody is alarmed by it.
    fileprivate var nameAndKind: String { isInEarnest ? id : "\(id), a \(kind.rawValue)" }
}

extension NoticeMatter {
    /// As the last thing that is known of a run.
    fileprivate var words: String {
        switch self {
        case .begun: "begun"
        case .waiting: "waited for a person"
        case .resumed: "gone on with"
        case .pastPivot: "past the point of no return"
        case .turnedBack: "being taken back"
        case .turnedForward: "going forward again"
        case .stopped: "stopped before it was over"
        case .completed: "completed"
        case .rolledBack: "rolled back"
        case .abandoned: "given up"
        }
    }
}
