import FailoverModel
import RunEngine
import Systems

/// The checks that the journal answers together with what was just seen: what sites are owed, who is right where two
/// databases take writes, and which runs have lost their process.
struct JournalChecks {
    let projections: JournalProjections
    /// `nil` where there is no journal yet.
    let identity: String?
    let topology: Topology
    let invocation: Invocation

    private static let owed = (
        id: "site.owed", why: "a site that missed something is not as it should be, and no run moves the service there"
    )
    private static let split = (
        id: "postgres.split-brain", why: "what two sites write apart from each other cannot be merged again"
    )
    private static let executor = (
        id: "run.executor", why: "a run whose process died goes on only when somebody resumes it"
    )
    private static let drill = (
        id: "drill.age",
        why: "only a drill shows that a standby can be promoted and served from, and how long that takes"
    )

    init(_ invocation: Invocation, topology: Topology) {
        self.invocation = invocation
        self.topology = topology
        let snapshot = try? JournalFile(invocation).snapshotOrEmpty()
        projections = snapshot?.projections ?? JournalProjections()
        identity = snapshot?.identity
    }

    func splitBrains(in report: CheckReport) -> [SplitBrain] {
        SplitBrain.find(in: report.observations.compactMap(\.databaseLook), serving: projections.serving)
    }

    /// Of the sites that `report` is about.
    func results(for report: CheckReport) -> [CheckResult] {
        let seen = Set(report.observations.map(\.site))
        let sites = topology.sites.map(\.name).filter(seen.contains)
        return sites.map(debts) + writers(report) + orphans() + drills(sites, report)
    }

    /// Killed, or gone with its machine: nothing in the journal says so, and no hook was told.
    private func orphans() -> [CheckResult] {
        projections.runs.newestFirst.filter { $0.standing == .running }.compactMap { run -> CheckResult? in
            guard let executor = run.executor,
                case .gone(let why) = invocation.wiring.registry.liveness(of: executor)
            else { return nil }
            return result(
                Self.executor, run.to, run.kind == .drill ? .warning : .failing,
                "\(run.id): nobody carries it out any more (\(why))",
                fix: "Go on with it: \(invocation.line("resume", run.id))")
        }
    }

    /// Of every site that does not serve, where the topology says how old its last good drill may be.
    private func drills(_ sites: [String], _ report: CheckReport) -> [CheckResult] {
        guard let oldest = topology.checks.oldestDrillMilliseconds else { return [] }
        let serving = Set(report.observations.filter(\.takesWrites).map(\.site))
        return sites.filter { !serving.contains($0) }.map { site in
            let from = serving.count == 1 ? serving.first ?? "SITE" : "SITE"
            let fix = invocation.line("run", "ess-drill", "--from", from, "--to", site, "--drill")
            guard let good = projections.drills.statuses[site]?.lastGood else {
                let last = projections.drills.statuses[site]?.last
                let seen = last.map { "no drill into \(site) was good yet; \($0.run) was the last" }
                return result(Self.drill, site, .warning, seen ?? "there was no drill into \(site) yet", fix: fix)
            }
            let age = max(0, invocation.now.milliseconds(since: good.endedAt))
            let seen =
                "the last good drill into \(site) was \(good.run), \(SpanText.ago(good.endedAt, now: invocation.now))"
            guard age > oldest else { return result(Self.drill, site, .ok, seen, fix: "") }
            return result(Self.drill, site, .warning, "\(seen), and may be \(DurationText.text(oldest)) old", fix: fix)
        }
    }

    private func debts(_ site: String) -> CheckResult {
        let owed = projections.owed.owed(to: site)
        guard let first = owed.first else {
            return result(Self.owed, site, .ok, "nothing is owed to \(site)", fix: "")
        }
        if owed.allSatisfy(\.isOfDrill) {
            return result(
                Self.owed, site, .warning,
                "the drill \(first.debt.run) has left something at \(site) since \(first.since)",
                fix: "Remove it: \(invocation.line("settle", site))")
        }
        let titles = owed.map(\.title).joined(separator: "; ")
        let undecided = projections.runs.newestFirst.undecided
        let fix =
            owed.map(\.debt.run).first(where: undecided.contains).map {
                "If \(site) is back and is to serve again: \(invocation.line("rollback", $0))"
            } ?? "When it is back: \(invocation.line("settle", site))"
        return result(
            Self.owed, site, .failing,
            "\(owed.count == 1 ? "1 step is" : "\(owed.count) steps are") owed to \(site) since \(first.since): \(titles)",
            fix: fix)
    }

    private func writers(_ report: CheckReport) -> [CheckResult] {
        let brains = splitBrains(in: report)
        let broken = Set(brains.map(\.cluster))
        let fine = report.observations.filter { $0.takesWrites && !broken.contains($0.cluster ?? "") }.map {
            result(Self.split, $0.site, .ok, "\($0.site)/\($0.cluster ?? "") alone takes writes", fix: "")
        }
        return fine
            + brains.map { brain in
                let site = brain.wrong.first ?? brain.strangers.first ?? brain.sides.first?.site ?? ""
                return result(
                    Self.split, site, .failing, "\(brain.sentence). \(brain.isSplit ? brain.judgement : "")".trimmedEnd,
                    fix: SplitBrainAdvice.text(brain, typing: { invocation.line($0) }))
            }
    }

    private func result(
        _ check: (id: String, why: String), _ site: String, _ verdict: CheckVerdict, _ seen: String, fix: String
    ) -> CheckResult {
        CheckResult(id: check.id, site: site, verdict: verdict, seen: seen, why: check.why, fix: fix)
    }
}

/// What a person does about a split brain.
enum SplitBrainAdvice {
    static func text(_ brain: SplitBrain, typing: ([String]) -> String) -> String {
        guard brain.isSplit else {
            let sites = brain.strangers.joined(separator: " and ")
            return
                "Stop it, find out why it is another database than the cluster's, and make \(sites) anew with pg_basebackup"
        }
        let wrong = brain.wrong.filter { !brain.strangers.contains($0) }
        guard wrong.isEmpty else {
            return "Fence it now: " + wrong.map { typing(["settle", $0]) }.joined(separator: "; ")
        }
        let sides = brain.sides.map(\.site)
        let ways = sides.flatMap { wrong in
            sides.filter { $0 != wrong }.map { typing(["settle", wrong, "--serving", $0]) }
        }
        return "Stop all applications, find out which is right, then fence the other: "
            + ways.joined(separator: ", or ")
    }
}

extension String {
    fileprivate var trimmedEnd: String { hasSuffix(" ") ? String(dropLast()) : self }
}
