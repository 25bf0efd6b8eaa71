import FailoverModel
import Systems

/// What `handover status` shows to people: sites, what is owed, secrets where known, and runs.
enum StatusView {
    /// `runs` newest first; `abandoned` are those whose executor is known to be gone without having let go. `typing`
    /// makes the command line of some words, with the files this call was given; `nil`: nothing is proposed.
    static func render(
        views: [SiteView], secrets: [SecretProjection.Status], runs: [RunSummary], head: JournalHead, now: Moment,
        style: TerminalStyle, check: CheckProjection.Status? = nil, abandoned: Set<String> = [],
        splitBrains: [SplitBrain] = [], measured: (run: String, objectives: MeasuredObjectives)? = nil,
        drills: [String: DrillProjection.Status] = [:], doing: [String: [String]] = [:],
        typing: (([String]) -> String)? = { "handover " + $0.joined(separator: " ") }
    ) -> String {
        var blocks: [[String]] = splitBrains.map { splitBrain($0, now: now, style: style, typing: typing) }
        blocks.append(SitesTable.lines(views, now: now, style: style))
        blocks.append(leftByDrills(views, style: style, typing: typing))
        blocks.append(owed(views, undecided: runs.undecided, now: now, style: style, typing: typing))
        blocks.append(self.secrets(secrets, now: now, style: style))
        blocks.append(self.check(check, now: now, style: style))
        blocks.append(openRuns(runs, abandoned: abandoned, doing: doing, now: now, style: style, typing: typing))
        blocks.append(finishedRuns(runs, now: now, style: style))
        blocks.append(objectives(measured, style: style))
        blocks.append(lastDrills(drills, now: now, style: style))
        blocks.append([style.paint("Journal: \(head.sequence == 0 ? "empty" : "\(head.sequence) entries")", .dim)])
        return blocks.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
    }

    /// First and in red: nothing else is as urgent.
    private static func splitBrain(
        _ brain: SplitBrain, now: Moment, style: TerminalStyle, typing: (([String]) -> String)?
    ) -> [String] {
        let title = brain.isSplit ? "SPLIT BRAIN: two sites take writes" : "A foreign database takes writes"
        var lines = [style.paint("\(title) in the cluster \(brain.cluster)".shownSafely, .red)]
        lines += brain.sides.map { side in
            let seen = side.seenAt.map { ", seen \(SpanText.ago($0, now: now))" } ?? ""
            let origin = brain.strangers.contains(side.site) ? ", system identifier \(side.systemIdentifier)" : ""
            return "  \(side.site): timeline \(side.timeline) at \(side.position)\(origin)\(seen)".shownSafely
                .truncated(to: style.size.columns)
        }
        let advice = typing.map { SplitBrainAdvice.text(brain, typing: $0) }
        return lines
            + [brain.isSplit ? brain.judgement : nil, advice].compactMap(\.self).flatMap {
                $0.shownSafely.wrapped(to: style.size.columns - 2).map { "  \($0)" }
            }
    }

    private static func objectives(
        _ measured: (run: String, objectives: MeasuredObjectives)?, style: TerminalStyle
    ) -> [String] {
        guard let (run, objectives) = measured else { return [] }
        return "\(ObjectivesText.sentence(objectives)), in \(run)".shownSafely.wrapped(to: style.size.columns)
            .map { ObjectivesText.painted($0, objectives.verdict, style) }
    }

    /// What drills have left is in nobody's way, and not as bad as a site that missed something.
    private static func leftByDrills(
        _ views: [SiteView], style: TerminalStyle, typing: (([String]) -> String)?
    ) -> [String] {
        views.map { $0.owingOnly(ofDrills: true) }.filter { !$0.owed.isEmpty }.flatMap { view -> [String] in
            let drills = view.owed.map(\.debt.run).joined(separator: ", ")
            let title = "Left at \(view.site) by a drill (\(drills)), to be removed".shownSafely
            return [style.paint(title.truncated(to: style.size.columns), .yellow)]
                + (typing.map { ["  To do it, type: \($0(["settle", view.site]).shownSafely)"] } ?? [])
        }
    }

    private static func lastDrills(
        _ drills: [String: DrillProjection.Status], now: Moment, style: TerminalStyle
    ) -> [String] {
        guard !drills.isEmpty else { return [] }
        let words = drills.sorted { $0.key < $1.key }.map { site, status in
            guard let good = status.lastGood else { return "\(site) none yet (\(status.last.run) was not good)" }
            let since = good == status.last ? "" : "; \(status.last.run) since then was not good"
            return "\(site) \(SpanText.ago(good.endedAt, now: now)) (\(good.run)\(since))"
        }
        return "Last good drill: \(words.joined(separator: ", "))".shownSafely.wrapped(to: style.size.columns)
    }

    private static func owed(
        _ views: [SiteView], undecided: Set<String>, now: Moment, style: TerminalStyle, typing: (([String]) -> String)?
    ) -> [String] {
        views.map { $0.owingOnly(ofDrills: false) }.filter { !$0.owed.isEmpty }.flatMap { view -> [String] in
            let title = "Owed to \(view.site.shownSafely), not done because it was away:"
            return [style.paint(title.truncated(to: style.size.columns), .red)]
                + view.owed.map { owed in
                    let text = "  \(owed.title) (since \(SpanText.ago(owed.since, now: now)), \(owed.debt.run))"
                    return text.shownSafely.truncated(to: style.size.columns)
                } + advice(view, undecided, typing)
        }
    }

    private static func advice(
        _ view: SiteView, _ undecided: Set<String>, _ typing: (([String]) -> String)?
    ) -> [String] {
        guard let typing else { return [] }
        guard let run = view.owed.map(\.debt.run).first(where: undecided.contains) else {
            return ["  When it is back, type: \(typing(["settle", view.site]).shownSafely)"]
        }
        return ["  If it is back and is to serve again, type: \(typing(["rollback", run]).shownSafely)"]
    }

    private static func secrets(
        _ secrets: [SecretProjection.Status], now: Moment, style: TerminalStyle
    ) -> [String] {
        guard !secrets.isEmpty else { return [] }
        let bad = secrets.filter { $0.verdict != .inSync }
        if bad.isEmpty { return ["Secrets: all \(secrets.count) in sync"] }
        var table = TerminalTable(["SECRET", "SITE", "IS", "COMPARED"])
        for secret in bad {
            let keys = secret.keys.isEmpty ? "" : " (\(secret.keys.joined(separator: ", ")))"
            table.add([
                .init(secret.name), .init(secret.site),
                .init(secret.verdict.words + keys, secret.verdict == .unknown ? .yellow : .red),
                .init("with \(secret.reference), \(SpanText.ago(secret.observedAt, now: now))"),
            ])
        }
        return ["Secrets: \(secrets.count - bad.count) of \(secrets.count) in sync"] + table.lines(style)
    }

    private static func check(_ check: CheckProjection.Status?, now: Moment, style: TerminalStyle) -> [String] {
        guard let check else { return [] }
        let at = SpanText.ago(check.at, now: now)
        let bad = check.problems.filter { $0.verdict != .warning }
        guard !bad.isEmpty else {
            let warnings =
                check.problems.isEmpty ? "" : ", \(check.problems.count) warning\(check.problems.count == 1 ? "" : "s")"
            return ["Checked \(at): a failover would find what it needs\(warnings)"]
        }
        let sound = check.lastSoundAt.map { "sound \(SpanText.ago($0, now: now))" } ?? "never was sound"
        let title = "Checked \(at): a failover would not find all it needs (\(sound))"
        return [style.paint(title.truncated(to: style.size.columns), .red)]
            + bad.map { "  \($0.id) at \($0.site): \($0.seen)".shownSafely.truncated(to: style.size.columns) }
    }

    private static func openRuns(
        _ runs: [RunSummary], abandoned: Set<String>, doing: [String: [String]], now: Moment, style: TerminalStyle,
        typing: (([String]) -> String)?
    ) -> [String] {
        let open = runs.filter { !$0.standing.isOver }
        if open.isEmpty { return runs.isEmpty ? ["No run yet."] : [] }
        return ["Runs that are not over:"]
            + RunsView.lines(open, now: now, style: style, abandoned: abandoned, doing: doing)
            + open.compactMap { run in
                guard let typing else { return nil }
                let isHeld = run.standing == .running && !abandoned.contains(run.id)
                return
                    "  Next, type: \(typing([isHeld || run.standing == .waiting ? "show" : "resume", run.id]).shownSafely)"
            }
    }

    private static func finishedRuns(_ runs: [RunSummary], now: Moment, style: TerminalStyle) -> [String] {
        let finished = Array(runs.filter(\.standing.isOver).prefix(5))
        return finished.isEmpty ? [] : ["Newest finished runs:"] + RunsView.lines(finished, now: now, style: style)
    }
}

extension SiteView {
    fileprivate func owingOnly(ofDrills: Bool) -> SiteView {
        var view = self
        view.owed.removeAll { $0.isOfDrill != ofDrills }
        return view
    }
}
