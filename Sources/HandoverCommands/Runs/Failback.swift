import FailoverModel
import RunEngine
import Systems
import TimelineReports

/// The way back after a promotion: the runbook that winds it back where nothing was written since, else the failback runbook
/// with the sites swapped; what it would take and lose, and its beginning.
struct Failback {
    let run: RunState
    let plan: Plan
    /// What was typed for the runbook, or where it was found.
    let path: String
    let digest: String
    /// The databases of both sites, as they were looked at for the choice.
    let views: [WayHome.View]
    let isWindingBack: Bool
    /// What the old site is owed, settled first.
    let owed: [OwedProjection.Owed]
    /// `nil` where none was completed before.
    let expected: (milliseconds: Int64, run: String)?
    private let file: JournalFile
    private let topology: Topology
    private let invocation: Invocation

    /// Looks at the databases and chooses; changes nothing. Throws what to do where there is no such runbook, or where the
    /// service has moved on since.
    init(
        from state: RunState, runbook: String?, file: JournalFile, topology: Topology, _ invocation: Invocation
    ) async throws {
        let projections = try file.snapshot().projections
        let (serving, old) = (state.plan.to, state.plan.from)
        if let now = projections.serving.promotions.values.max(by: { $0.at < $1.at }), now.site != serving {
            throw CommandFailure(
                kind: "refused", what: "since then \(now.run) moved the service on to \(now.site)",
                place: "run \(state.id)",
                next: "The way back begins there: \(invocation.line("rollback", now.run))", status: .refused)
        }
        if !state.standing.isOver {
            throw CommandFailure(
                kind: "refused",
                what:
                    "step \(state.stepsPastPivot.first?.id ?? "promote") is done and the run is not over, so \(serving) is not "
                    + "served from yet",
                place: "run \(state.id)",
                next: "First \(invocation.line("resume", state.id)); or, if it cannot be finished any more, "
                    + invocation.line("abandon", state.id, "--reason", "WHY"), status: .refused)
        }
        views = await WayHome(access: SystemAccess(topology, invocation).postgres, topology: topology)
            .look(serving: serving, old: old)
        let winding =
            runbook == nil && !views.isEmpty && views.allSatisfy { $0.windBack?.isPossible == true }
            ? Self.find(Self.name(for: state.plan.runbook, leading: "wind-back"), invocation) : nil
        isWindingBack = winding != nil
        let name = Self.name(for: state.plan.runbook, leading: "failback")
        guard let path = runbook ?? winding ?? Self.find(name, invocation) else {
            throw Self.missing(name, from: serving, to: old, state, invocation)
        }
        self.path = path
        let runbookFile = try RunbookFile(path)
        run = state
        digest = runbookFile.digest
        plan = try runbookFile.runbook.plan(topology: topology, from: serving, to: old)
        owed = projections.owed.owed(to: old)
        expected = Self.expected(runbookFile.runbook.name, projections.runs.newestFirst, file)
        self.file = file
        self.topology = topology
        self.invocation = invocation
    }

    /// `ess-failback` for `ess-failover` and the other moves of ESS; likewise for those of another name.
    private static func name(for runbook: String, leading way: String) -> String {
        for word in ["failover", "switchover", "failback", "wind-back"] where runbook.contains(word) {
            return runbook.replacing(word, with: way)
        }
        return "\(runbook)-\(way)"
    }

    /// Beside the topology, or in runbooks/.
    private static func find(_ name: String, _ invocation: Invocation) -> String? {
        ["\(InputFile.directory(of: invocation.topologyPath))/\(name).yaml", "runbooks/\(name).yaml"]
            .first(where: SmallText.exists)
    }

    private static func missing(
        _ name: String, from: String, to: String, _ state: RunState, _ invocation: Invocation
    ) -> CommandFailure {
        let step = state.stepsPastPivot.first?.id ?? "the promotion"
        return CommandFailure(
            kind: "refused",
            what:
                "step \(step) was done, so the data has moved and cannot be taken back by undoing; the runbook that leads "
                + "back, \(name).yaml, is neither beside the topology nor in runbooks/",
            place: "run \(state.id)",
            next:
                "Give it with --runbook FILE. Without one: make the database of \(to) a standby of \(from) (pg_rewind or "
                + "pg_basebackup), then fail over in the other direction: "
                + invocation.line("run", state.plan.runbook, "--from", from, "--to", to), status: .refused)
    }

    /// As the newest completed run of that runbook took, without the time in which persons were waited for.
    private static func expected(
        _ runbook: String, _ runs: [RunSummary], _ file: JournalFile
    ) -> (milliseconds: Int64, run: String)? {
        guard
            let earlier = runs.first(where: {
                $0.runbook == runbook && $0.standing == .completed && $0.kind == .runbook
            }),
            let entries = try? file.entries(run: earlier.id),
            let timeline = try? RunTimeline(entries: entries, stillOwed: [])
        else { return nil }
        let waited = timeline.steps.reduce(0) { $0 + $1.waitedMilliseconds }
        return (max(0, timeline.last.milliseconds(since: timeline.started) - waited), earlier.id)
    }

    func show(_ status: ExitStatus) {
        if invocation.isJSON {
            invocation.print(document(status))
        } else {
            let text = text(invocation.style)
            if invocation.mayAsk { invocation.say(text) } else { invocation.print(text) }
        }
    }

    /// What a person types to begin it by hand.
    private var next: [String] {
        (owed.isEmpty ? [] : [invocation.line("settle", plan.to)])
            + [invocation.line("run", path, "--from", plan.from, "--to", plan.to)]
    }

    private var choice: String {
        let step = run.stepsPastPivot.first?.id ?? "the promotion"
        return isWindingBack
            ? "\(step) was done, and nothing was written at \(plan.from) since. \(plan.runbook) winds it back: \(plan.to) "
                + "takes writes again, and \(plan.from) becomes its standby. Each write at \(plan.from) until then ends the "
                + "possibility."
            : "\(step) was done, so the data has moved: undoing is no way back. \(plan.runbook) is: it moves the service "
                + "from \(plan.from) to \(plan.to)."
    }

    private func text(_ style: TerminalStyle) -> String {
        let columns = style.size.columns
        var lines = [style.paint("\(run.id): \(run.plan.title)".shownSafely.truncated(to: columns), .bold)]
        lines += choice.shownSafely.wrapped(to: columns)
        lines += [""]
        if !owed.isEmpty {
            lines += "First what \(plan.to) is owed: \(owed.map(\.title).joined(separator: "; "))".shownSafely
                .wrapped(to: columns)
        }
        lines += PlanOutline.text(plan).split(separator: "\n").map { String($0).truncated(to: columns) }
        lines += ["", "Expected duration: \(duration)"]
        for view in views {
            lines += "Lost on the way back, of \(view.cluster): \(loss(view))".shownSafely.wrapped(to: columns)
            if let windBack = view.windBack, !windBack.isPossible {
                lines += "It cannot be wound back instead: \(windBack.reason)".shownSafely.wrapped(to: columns)
            }
        }
        if !invocation.mayAsk { lines += [""] + style.toType(next, after: "To do it") }
        return lines.joined(separator: "\n")
    }

    private func loss(_ view: WayHome.View) -> String {
        view.windBack.flatMap { isWindingBack ? "nothing: \($0.reason)" : nil } ?? view.loss
    }

    private var duration: String {
        expected.map { "\(SpanText.of($0.milliseconds)), as \($0.run) took" }
            ?? "not known yet, because no \(plan.runbook) was completed before"
    }

    private func document(_ status: ExitStatus) -> JSONValue {
        [
            "choice": isWindingBack ? "wind-back" : "failback", "run": .string(run.id), "from": .string(plan.from),
            "to": .string(plan.to), "reason": .string(choice),
            "runbook": .string(path), "steps": .array(plan.steps.map { .string($0.id) }),
            "owed": .array(owed.map { .string($0.debt.step) }),
            "expectedMilliseconds": JSONValue(expected?.milliseconds), "expectedFrom": JSONValue(expected?.run),
            "clusters": .array(
                views.map {
                    [
                        "cluster": .string($0.cluster), "loss": .string(loss($0)),
                        "bytesOnlyThere": JSONValue($0.bytesOnlyThere.map { Int64(clamping: $0) }),
                        "windBack": $0.windBack.map {
                            ["isPossible": .bool($0.isPossible), "reason": .string($0.reason)]
                        } ?? .null,
                    ]
                }), "next": .array(next.map(JSONValue.string)), "exitCode": .integer(Int64(status.rawValue)),
        ]
    }

    /// Settles what the old site is owed, then carries the runbook out.
    func begin(saysYes: Bool) async throws -> ExitStatus {
        let journal = try await file.openForWriting()
        let execution = Execution(invocation, journal: journal, topology: topology, saysYes: saysYes)
        let settling = Settling(execution: execution, file: file)
        let due = try await settling.due(at: plan.to)
        let settled = try await settling.pay(due, at: plan.to) { state in
            if !invocation.isJSON { invocation.print(invocation.closing(state, next: [])) }
        }
        if let settled, settled.standing != .completed { return invocation.end(settled) }
        let run = try await RunCommand.begin(
            RunStarted(plan: plan, runbookDigest: digest), journal, try invocation.actor, invocation)
        let ended = try await execution.carryOut(run)
        await DrillRemains(execution: execution, file: file).removeAfterwards(ended)
        return invocation.end(ended)
    }
}
