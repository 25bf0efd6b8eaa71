import FailoverModel

/// Whether a drill would find its place: looked at from the database's host, and rendered with Helm. None of it keeps a
/// failover from anything, so nothing here is failing.
struct DrillChecks: Sendable {
    let topology: Topology
    let postgres: PostgresAccess
    let helm: HelmAccess
    /// The sites that a drill may be about: all but the one that serves.
    let sites: [String]
    /// The sites whose API server answers: at the others there is nothing to ask Helm.
    let reachable: Set<String>
    /// The identity of the journal that asks; `nil` where there is none yet.
    let journal: String?

    private static let place = Check(
        id: "drill.place", why: "a drill needs room, a port and a folder apart on the database's host")
    private static let release = Check(
        id: "drill.release", why: "a drill's release must render, find its namespace closed, and take nobody's name")

    func parts(within limit: Duration) -> [CheckPart] {
        sites.flatMap { name -> [CheckPart] in
            guard let site = topology.site(named: name) else { return [] }
            var parts = site.postgres.filter { $0.drill != nil }.map { server in
                CheckPart(Self.place, at: name, within: limit) { await place(server.cluster, name) }
            }
            if site.kubernetes?.drill != nil, topology.chart != nil, reachable.contains(name) {
                parts.append(CheckPart(Self.release, at: name, within: limit * 2) { [await release(name)] })
            }
            return parts
        }
    }

    private func context(_ site: String, cluster: String? = nil) -> StepContext {
        StepContext(
            run: "check", step: "check", site: site, from: site, to: site, others: [], cluster: cluster,
            topology: topology, recorded: .init(journal: journal))
    }

    /// Nothing where the database itself does not answer: `postgres.reachable` tells of that.
    private func place(_ cluster: String, _ site: String) async -> [CheckResult] {
        let context = context(site, cluster: cluster)
        do throws(Fault) {
            let command = DrillCloneCommand(access: postgres)
            let copy = try command.copy(context)
            let sight = try await copy.look()
            if sight.isLeft { return [left(copy, sight, context)] }
            let found = try await command.examine(context)
            if case .refused = found.verdict {
                return [
                    Self.place.warning(
                        site, found.sentence, fix: "Correct \"drill\" of \(cluster) at \(site), or make room")
                ]
            }
            return [
                Self.place.ok(
                    site,
                    "a copy of \(copy.target.place) finds room in \(copy.drill.path), and port \(copy.drill.port) is free"
                )
            ]
        } catch {
            let isOfDatabase = error.place == "\(site)/\(cluster)"
            if isOfDatabase, [.unreachable, .uncertain].contains(error.kind) { return [] }
            return [unseen(Self.place, site, error)]
        }
    }

    /// A drill that is being carried out is nothing to worry about; what nobody works on is.
    private func left(_ copy: DrillCopy, _ sight: DrillSight, _ context: StepContext) -> CheckResult {
        let site = context.site
        let run = sight.owner?.run ?? "a drill"
        if sight.isRunning || sight.task?.isRunning == true {
            return Self.place.ok(site, "a copy of \(copy.target.place) is at work for \(run)")
        }
        if let refusal = DrillRemoval(copy, sight, context).refusal {
            return Self.place.warning(site, refusal.sentence, fix: "Until then a drill at \(site) finds no place")
        }
        return Self.place.warning(
            site, "a copy of \(copy.target.place) that \(run) has made is left in \(copy.drill.path)",
            fix: "handover resume, or rollback, of \(run); or have the next drill remove it")
    }

    private func release(_ site: String) async -> CheckResult {
        let context = context(site)
        do throws(Fault) {
            guard let release = try DrillReleaseAtSite(at: site, helm, key: context.idempotencyKey) else {
                return Self.release.ok(site, "there is no release for drills")
            }
            let seen = try await release.look()
            if seen.isLeft, let owner = seen.owner {
                return Self.release.ok(site, "\(release.title) is there for \(owner.run)")
            }
            let found = try await DrillReleaseCommand(helm: helm).examine(context)
            if case .refused = found.verdict {
                return Self.release.warning(
                    site, found.sentence, fix: "Correct the values or the namespace of \"drill\" at \(site)")
            }
            try await release.rehearseFence()
            return Self.release.ok(site, "\(release.title) would be installed, and its namespace can be closed")
        } catch { return unseen(Self.release, site, error) }
    }

    private func unseen(_ check: Check, _ site: String, _ fault: Fault) -> CheckResult {
        check.warning(site, "\(fault.place): \(fault.what)", fix: fault.next)
    }
}
