import FailoverModel
import JournalStore
import TimelineReports

/// Makes pages and documents from the follower's states, and from the journal for what is of the past or of one run.
///
/// What was made is kept for as long as no entry comes, and for a second at most, so that a hundred browsers that ask for
/// the same at once cost hardly more than one.
actor PageMaker {
    private let follower: JournalFollower
    private let documents: PageDocuments
    private let zone: LocalZone?
    private var journal: GuardedReader
    /// The head that the page in the making goes by: the journal that is read has to have it.
    private var head = JournalHead.empty
    private let thread = RenderThread()

    private struct Kept {
        var page: MadePage
        var sequence: Int64
        var failure: FollowFailure?
        var madeAt: ContinuousClock.Instant
    }

    private var kept: [PageRequest: Kept] = [:]
    /// The states of runs that are not over, folded on from where they were.
    private var states: [String: RunState] = [:]
    private static let mostKept = 64

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    init(follower: JournalFollower, documents: PageDocuments, zone: LocalZone?) {
        self.follower = follower
        self.documents = documents
        self.zone = zone
        journal = GuardedReader(path: follower.path, identity: follower.identity)
    }

    func page(_ request: PageRequest) throws -> MadePage {
        let state = follower.now
        if let kept = kept[request], kept.sequence == state.head.sequence, kept.failure == state.failure,
            kept.madeAt > .now - .seconds(1)
        {
            return kept.page
        }
        head = state.head
        let page = try make(request, state)
        try journal.confirm(continuing: head)
        if kept.count >= Self.mostKept { kept = kept.filter { $0.value.madeAt > .now - .seconds(1) } }
        if kept.count >= Self.mostKept { kept = [:] }
        kept[request] = Kept(page: page, sequence: state.head.sequence, failure: state.failure, madeAt: .now)
        return page
    }

    private func make(_ request: PageRequest, _ state: JournalFollower.State) throws -> MadePage {
        // The documents read it on their own, so it is looked at before.
        if request.subject != .overview { _ = try openReader() }
        let picture = try picture(at: request.at, state)
        switch request.subject {
        case .overview: return try overview(request, picture, state)
        case .run(let run): return try runPage(run, request, picture, state)
        case .timelinePage(let run): return try timelinePage(run, picture)
        case .statusDocument: return .json(try documents.status(picture))
        case .runsDocument: return .json(try documents.runs(picture))
        case .checksDocument: return .json(CheckHistoryDocument.json(picture))
        case .runDocument(let run):
            return .json(documents.run(try fold(run, through: picture.head.sequence), picture.past != nil))
        case .timelineDocument(let run):
            return .json(try TimelineReport([timeline(run, picture)]).json)
        }
    }

    // MARK: States

    private func openReader() throws -> JournalReader { try journal.reader(continuing: head) }

    private func picture(at point: PagePoint?, _ state: JournalFollower.State) throws -> PagePicture {
        let newest = state.head.sequence
        guard let point else {
            return PagePicture(
                head: state.head, projections: state.projections, looks: state.looks, newest: newest,
                now: documents.now())
        }
        let reader = try openReader()
        let sequence =
            switch point {
            case .sequence(let sequence): sequence
            case .time(let moment): min(try reader.sequence(at: moment), newest)
            }
        guard sequence <= newest else {
            throw PageMissing(
                what: "the journal ends at entry \(newest)", next: "Ask for an entry up to that, or for a time")
        }
        let entry = try reader.entry(sequence)
        return PagePicture(
            head: entry.map { JournalHead(sequence: $0.sequence, hash: $0.hash) } ?? .empty,
            projections: try reader.projection(through: sequence), past: entry?.time ?? documents.now(),
            looks: try RecentLooks.before(sequence, in: reader, distance: 4000), newest: newest,
            now: entry?.time ?? documents.now())
    }

    /// A run as it was after an entry.
    private func fold(_ run: String, through sequence: Int64) throws -> RunState {
        if var state = states[run], state.lastSequence <= sequence {
            for entry in try openReader().entries(run: run, after: state.lastSequence, through: sequence) {
                try state.apply(try Event(entry), entry: entry)
            }
            states[run] = state
            return state
        }
        let entries = try openReader().entries(run: run, after: 0, through: sequence)
        guard let first = entries.first else {
            throw PageMissing(what: "there is no run \(run)", next: "The list of runs has the right name")
        }
        guard case .runStarted(let started) = try Event(first) else {
            throw UnreadableEntry(sequence: first.sequence, what: "a run that does not begin with run.started")
        }
        var state = RunState(started, entry: first)
        for entry in entries.dropFirst() { try state.apply(try Event(entry), entry: entry) }
        if states.count >= 20 { states = [:] }
        if sequence >= follower.now.head.sequence { states[run] = state }
        return state
    }

    private func timeline(_ run: String, _ picture: PagePicture) throws -> RunTimeline {
        let entries = try openReader().entries(run: run, after: 0, through: picture.head.sequence)
        guard !entries.isEmpty else {
            throw PageMissing(what: "there is no run \(run)", next: "The list of runs has the right name")
        }
        let owed = picture.projections.owed.debts.values.filter { $0.debt.run == run }.map(\.debt.step)
        return try RunTimeline(entries: entries, stillOwed: Set(owed))
    }

    // MARK: Pages

    private func frame(
        _ title: String, _ request: PageRequest, _ picture: PagePicture, path: String, span: ClosedRange<Int64>
    ) -> PageFrame {
        PageFrame(
            title: title, picture: picture, viewer: request.viewer, version: documents.version,
            text: PageText(now: picture.now, zone: zone), path: path, span: span,
            journal: follower.name)
    }

    private func overview(
        _ request: PageRequest, _ picture: PagePicture, _ state: JournalFollower.State
    ) throws -> MadePage {
        let views = picture.projections.siteViews(also: documents.siteNames)
        let isReadable = try isReadable(state)
        let running = picture.projections.runs.newestFirst.filter { !$0.standing.isOver }.prefix(8)
        let open = try running.compactMap { summary -> AttentionPart.OpenRun? in
            let known = isReadable ? try fold(summary.id, through: picture.head.sequence) : states[summary.id]
            return known.map {
                AttentionPart.OpenRun(
                    state: $0, whyGone: picture.past == nil ? summary.executor.flatMap(documents.whyGone) : nil)
            }
        }
        let words = open.isEmpty ? "all calm" : open[0].state.standing.words
        let page = OverviewPage(
            frame: frame(
                "Handover: \(words)", request, picture, path: "/", span: 0...max(0, picture.newest)), views: views,
            open: Array(open),
            sentences: isReadable ? try open.first.map { try newestSentences($0.state, picture) } ?? [] : [],
            next: documents.next,
            changes: picture.past == nil ? nil : picture.projections.changes(to: state.projections),
            failure: picture.past == nil ? state.failure : nil)
        return .html(page.html)
    }

    /// False where the journal cannot be read and the page says so; then it is made of what is known already.
    private func isReadable(_ state: JournalFollower.State) throws -> Bool {
        do {
            _ = try openReader()
            return true
        } catch {
            guard state.failure != nil else { throw error }
            return false
        }
    }

    /// The last eight, newest first.
    private func newestSentences(
        _ state: RunState, _ picture: PagePicture
    ) throws -> [(entry: Entry, sentence: String)] {
        // A run's entries lie close together; a long silence of it is not looked through.
        let from = max(0, min(state.lastSequence, picture.head.sequence) - 60)
        let entries = try openReader().entries(run: state.id, after: from, through: picture.head.sequence)
        return try entries.suffix(8).reversed().map { ($0, try Event($0).sentence(by: $0.actor)) }
    }

    private func runPage(
        _ run: String, _ request: PageRequest, _ picture: PagePicture, _ state: JournalFollower.State
    ) throws -> MadePage {
        let timeline = try timeline(run, picture)
        let folded = try fold(run, through: picture.head.sequence)
        let last =
            picture.past == nil
            ? timeline.last.sequence
            : try openReader().entries(
                run: run, after: timeline.last.sequence
            ).last?.sequence ?? timeline.last.sequence
        let page = RunPage(
            frame: frame(
                "\(timeline.standing.words): \(run)", request, picture, path: PageAddress.run(run),
                span: timeline.started.sequence...max(timeline.started.sequence, last)),
            timeline: timeline, state: folded,
            whyGone: picture.past == nil ? (folded.claim?.executor).flatMap(documents.whyGone) : nil,
            next: documents.next(folded), phase: request.phase, from: request.from)
        return .html(page.html)
    }

    private func timelinePage(_ run: String, _ picture: PagePicture) throws -> MadePage {
        let report = try TimelineReport([timeline(run, picture)], zone: zone)
        var page = MadePage.html(TimelinePage(report, version: documents.version).html)
        page.policy = TimelinePage.policy + "; frame-ancestors 'none'"
        return page
    }
}
