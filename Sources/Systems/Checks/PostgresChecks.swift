import FailoverModel
import Foundation

/// The checks of one PostgreSQL cluster at all sites.
struct PostgresChecks: PostgresWorker {
    let access: PostgresAccess
    let topology: Topology
    let cluster: String
    let from: String?
    let to: String?
    /// The site that the journal saw promoted last: where two take writes, the others are measured against it.
    var promotedLast: String?
    /// How long one server may take.
    var limit = Duration.seconds(20)

    func report() async -> CheckReport {
        let sites = topology.checked(from: from, to: to)
        let targets = sites.compactMap { try? access.server(at: $0, cluster: cluster, in: topology, run: "check") }
        let begun = Moment.now
        let looks = await look(at: targets, within: limit)
        let span = (begun, Moment.now)
        var report = CheckReport(observations: looks.observations)
        for (target, fault) in looks.unseen {
            report.results.append(Self.reachable.unseen(target.site, fault))
        }
        let primary =
            looks.seen.first { isPrimary($0.sight) && $0.target.site == from ?? promotedLast }
            ?? looks.seen.first { isPrimary($0.sight) }
        report.results += onePrimary(looks)
        for (target, sight) in looks.seen {
            report.results.append(Self.reachable.ok(target.site, "\(target.place) answers"))
            report.results += own(target, sight, span)
            if let primary, primary.target.site != target.site {
                report.results += standby(target, sight, of: primary.target, primary.sight)
            }
        }
        if let primary { report.results += unusedSlots(primary.target, primary.sight) }
        let replication = ReplicationChecks(access: access, looks: looks, primary: primary)
        report.results += replication.laterParameters()
        let own = looks.seen.flatMap { target, sight in
            parts(of: target, sight, isPrimary: target.site == primary?.target.site)
        }
        report.add(await (own + replication.parts(within: limit)).report())
        return report
    }

    /// What wants connections of its own, each within the limit.
    private func parts(of target: PostgresTarget, _ sight: ServerSight, isPrimary: Bool) -> [CheckPart] {
        let sites = topology.sites.count { $0.postgres(cluster: cluster) != nil }
        let health = PostgresHealthChecks(
            target: target, sight: sight, standbys: Int64(sites - 1), isPrimary: isPrimary)
        return [
            CheckPart(Self.privileges, at: target.site, within: limit) { await privileges(target) },
            CheckPart(OperatorChecks.check, at: target.site, within: limit) {
                [await OperatorChecks(access: access).result(target, sight)]
            },
            CheckPart(HostChecks.check, at: target.site, within: limit) {
                await HostChecks(access: access).results(target, sight)
            },
            CheckPart(PostgresHealthChecks.checksums, at: target.site, within: limit) { await health.results() },
            CheckPart(ReplicationAccessCheck.check, at: target.site, within: limit) {
                [await ReplicationAccessCheck(target: target).result()]
            },
        ]
    }

    /// Each server has its own time: one that hangs is unseen, and the others are seen.
    private func look(at targets: [PostgresTarget], within limit: Duration) async -> Looks {
        await withTaskGroup(of: (String, Looks).self) { group in
            for target in targets { group.addTask { (target.site, await look(at: target, orLateAfter: limit)) } }
            var all: [String: Looks] = [:]
            for await (site, looks) in group { all[site] = looks }
            var whole = Looks()
            for target in targets {
                whole.seen += all[target.site]?.seen ?? []
                whole.unseen += all[target.site]?.unseen ?? []
            }
            return whole
        }
    }

    private func look(at target: PostgresTarget, orLateAfter limit: Duration) async -> Looks {
        await withTaskGroup(of: Looks?.self) { group in
            group.addTask { await look(at: [target]) }
            group.addTask {
                try? await Task.sleep(for: limit)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first ?? Looks(unseen: [(target: target, fault: .late(limit, at: target.place, "the server"))])
        }
    }

    private func isPrimary(_ sight: ServerSight) -> Bool {
        !sight.observation.isInRecovery && !sight.observation.isFenced
    }

    private static let reachable = Check(
        id: "postgres.reachable", why: "a server that Handover cannot look at can be neither promoted nor fenced")

    private func onePrimary(_ looks: Looks) -> [CheckResult] {
        let check = Check(
            id: "postgres.one-primary",
            why: "a failover moves the writes of one site; two that take writes cannot be merged")
        let primaries = looks.seen.filter { isPrimary($0.sight) }.map(\.target.site)
        switch (primaries.count, from) {
        case (1, nil): return [check.ok(primaries[0], "\(primaries[0])/\(cluster) takes writes")]
        case (1, let from?) where primaries[0] == from: return [check.ok(from, "\(from)/\(cluster) takes writes")]
        case (1, let from?):
            return [
                check.failing(
                    from, "\(primaries[0])/\(cluster) takes writes, not \(from)",
                    fix: "Give the site that serves as --from, or leave it out")
            ]
        case (0, _):
            let site = from ?? topology.sites.first?.name ?? ""
            return [
                check.failing(
                    site, "no server of the cluster \(cluster) that answers takes writes",
                    fix: "If the serving site is down, fail over: handover run; otherwise see why it does not answer")
            ]
        default:
            return primaries.map {
                check.failing(
                    $0, "\(primaries.joined(separator: " and ")) take writes in the cluster \(cluster)",
                    fix: "Stop all applications, find out which is right, and make the others standbys of it")
            }
        }
    }

    /// What can be seen at a server alone.
    func own(_ target: PostgresTarget, _ sight: ServerSight, _ span: (Moment, Moment)) -> [CheckResult] {
        let rewind = Check(
            id: "postgres.rewind",
            why: "without it an old primary cannot be rewound, and comes back only by a copy of everything")
        let clock = Check(id: "postgres.clock", why: "the loss in seconds is told by the servers' clocks")
        let behind = span.0.milliseconds(since: sight.clock)
        let ahead = sight.clock.milliseconds(since: span.1)
        let skew = max(behind, ahead)
        let place = target.place
        return [
            sight.settings.allowsRewind
                ? rewind.ok(target.site, "\(place) can be rewound")
                : rewind.warning(
                    target.site, "\(place) has neither data_checksums nor wal_log_hints, or no full_page_writes",
                    fix: "Set wal_log_hints = on and full_page_writes = on, and restart it on a quiet day"),
            skew <= 2000
                ? clock.ok(target.site, "the clock of \(place) agrees with this machine's")
                : clock.warning(
                    target.site,
                    "the clock of \(place) is \(skew / 1000) s \(behind > ahead ? "behind" : "ahead of") this machine's",
                    fix: "Let both follow the same time servers"),
        ]
    }

    private func standby(
        _ target: PostgresTarget, _ sight: ServerSight, of upstream: PostgresTarget, _ primary: ServerSight
    ) -> [CheckResult] {
        let site = target.site
        let identity = Check(
            id: "replication.same-cluster", why: "a server of another origin has other data, and is never promoted")
        guard sight.observation.systemIdentifier == primary.observation.systemIdentifier else {
            return [
                identity.failing(
                    site, "\(target.place) has another system identifier than \(upstream.place)",
                    fix: "Check the addresses in the topology, or make it anew with pg_basebackup")
            ]
        }
        return [
            identity.ok(site, "\(target.place) is a copy of \(upstream.place)"),
            streaming(target, sight, upstream, primary),
            lag(target, sight, upstream, primary), slot(target, upstream, primary),
            parameters(target, sight, upstream, primary),
            follows(target, sight),
        ]
    }

    private func streaming(
        _ target: PostgresTarget, _ sight: ServerSight, _ upstream: PostgresTarget, _ primary: ServerSight
    ) -> CheckResult {
        let check = Check(id: "replication.streaming", why: "what a standby has not received is lost with the primary")
        guard sight.observation.isInRecovery else {
            return check.failing(
                target.site,
                "\(target.place) is \(sight.observation.isFenced ? "a fenced primary" : "a primary"), not a standby",
                fix: "Make it a standby of \(upstream.place) with pg_rewind or pg_basebackup")
        }
        let name = target.server.replication.applicationName
        let state = primary.observation.senders
            .first { $0.applicationName == name || !target.server.namesItsReceiver }?.state
        if sight.observation.receiver?.status == "streaming", state == "streaming" {
            return check.ok(target.site, "\(target.place) streams from \(upstream.place)")
        }
        return check.failing(
            target.site,
            "\(target.place) does not stream: its receiver is \(sight.observation.receiver?.status ?? "not there"), the sender for "
                + "\(name) at \(upstream.place) is \(state ?? "not there")",
            fix:
                "See the log of \(target.place); primary_conninfo, password, pg_hba.conf and slot are the usual reasons"
        )
    }

    private func lag(
        _ target: PostgresTarget, _ sight: ServerSight, _ upstream: PostgresTarget, _ primary: ServerSight
    ) -> CheckResult {
        let check = Check(id: "replication.lag", why: "what the standby lacks is lost when the primary is gone")
        let bytes = primary.position.bytesAhead(of: sight.position)
        let seen = "\(target.place) is \(Self.size(bytes)) behind \(upstream.place)"
        let fix = "See whether the network, the standby's disk or a long query there holds it up"
        if bytes >= 1 << 30 { return check.failing(target.site, seen, fix: fix) }
        return bytes >= 16 << 20 ? check.warning(target.site, seen, fix: fix) : check.ok(target.site, seen)
    }

    private func slot(_ target: PostgresTarget, _ upstream: PostgresTarget, _ primary: ServerSight) -> CheckResult {
        let check = Check(
            id: "replication.slot", why: "without its slot the primary may remove log that the standby still needs")
        let name = target.server.replication.slot
        guard target.server.usesSlot else { return check.ok(target.site, "\(target.place) uses no slot") }
        guard let slot = primary.observation.slots.first(where: { $0.name == name }) else {
            return check.failing(
                target.site, "\(upstream.place) has no slot \(name) for \(target.place)",
                fix: "On \(upstream.place): SELECT pg_create_physical_replication_slot('\(name)', true); and set "
                    + "primary_slot_name = '\(name)' on \(target.place)")
        }
        if slot.walStatus == "lost" || !slot.isActive {
            return check.failing(
                target.site,
                "the slot \(name) at \(upstream.place) is \(slot.walStatus == "lost" ? "lost" : "not in use")",
                fix: slot.walStatus == "lost"
                    ? "Make \(target.place) anew with pg_basebackup, and the slot too"
                    : "Set primary_slot_name = '\(name)' on \(target.place), and see whether it streams")
        }
        return slot.walStatus == "unreserved"
            ? check.warning(
                target.site, "the slot \(name) at \(upstream.place) is about to be lost (unreserved)",
                fix: "Raise max_slot_wal_keep_size, or see why \(target.place) is behind")
            : check.ok(target.site, "the slot \(name) at \(upstream.place) is in use")
    }

    private func parameters(
        _ target: PostgresTarget, _ sight: ServerSight, _ upstream: PostgresTarget, _ primary: ServerSight
    ) -> CheckResult {
        let check = Check(
            id: "replication.parameters",
            why: "a standby with lower values stops replaying, and shuts down when promoted")
        let low = sight.settings.tooLow(for: primary.settings)
        return low.isEmpty
            ? check.ok(target.site, "the settings of \(target.place) are not lower than those of \(upstream.place)")
            : check.failing(
                target.site, "\(target.place): \(low.joined(separator: "; "))",
                fix: "Raise them on \(target.place) and restart it")
    }

    private func follows(_ target: PostgresTarget, _ sight: ServerSight) -> CheckResult {
        let check = Check(
            id: "replication.replay",
            why: "a standby that holds replay back, or keeps to one timeline, does not take over at once")
        if let timeline = sight.settings["recovery_target_timeline"], timeline != "latest" {
            return check.failing(
                target.site,
                "\(target.place) has recovery_target_timeline = \(timeline), and cannot follow a new primary",
                fix: "Set recovery_target_timeline = 'latest' there and restart it")
        }
        return sight.isReplayHeldBack
            ? check.warning(
                target.site,
                sight.isReplayPaused
                    ? "replay is paused at \(target.place)"
                    : "replay at \(target.place) is delayed on purpose by \(sight.settings["recovery_min_apply_delay"] ?? "") ms",
                fix: "SELECT pg_wal_replay_resume() there, and recovery_min_apply_delay = 0, unless it is meant")
            : check.ok(target.site, "\(target.place) replays what it receives")
    }

    private func unusedSlots(_ target: PostgresTarget, _ sight: ServerSight) -> [CheckResult] {
        let check = Check(
            id: "replication.unused-slot", why: "a slot that nobody reads keeps log until the disk is full")
        let known = Set(topology.sites.compactMap { $0.postgres(cluster: cluster)?.replication.slot })
        let unused = sight.observation.slots.filter { !$0.isActive && !known.contains($0.name) }
        if unused.isEmpty { return [check.ok(target.site, "every slot of \(target.place) belongs to a site")] }
        return unused.map {
            check.warning(
                target.site,
                "nobody reads the slot \($0.name) of \(target.place), which keeps \(Self.size(UInt64(max(0, $0.retainedBytes ?? 0))))",
                fix: "If nobody needs it: SELECT pg_drop_replication_slot('\($0.name)')")
        }
    }

    private static let privileges = Check(
        id: "postgres.privileges", why: "a right that is missing is noticed in the middle of the failover")

    private func privileges(_ target: PostgresTarget) async -> [CheckResult] {
        let check = Self.privileges
        var results: [CheckResult] = []
        do throws(Fault) {
            let missing = try await target.privileges()
            results.append(
                missing.isEmpty
                    ? check.ok(target.site, "\(target.server.connection.user) has its privileges at \(target.place)")
                    : check.failing(
                        target.site,
                        "\(target.server.connection.user) lacks at \(target.place): \(missing.map(\.what).joined(separator: ", "))",
                        fix: "On the primary, as a superuser: \(missing.map(\.grant).joined(separator: "; "))"))
        } catch { results.append(check.unknown(target.site, error)) }
        guard let synapse = topology.synapse, synapse.cluster == cluster else { return results }
        let database = Check(
            id: "synapse.database",
            why: "Synapse's sequences are moved right after the promotion, or clients miss messages")
        do throws(Fault) {
            let connection = try await target.connect(database: synapse.database)
            defer { connection.close() }
            let sight = try await SynapseSight.look(on: connection, release: nil, within: access.limits.statement)
            try sight.checkPrivileges(
                database: synapse.database, role: target.server.connection.user, at: target.place)
            results.append(
                database.ok(
                    target.site,
                    "\(sight.sequences.count) sequences of \(synapse.database) can be moved at \(target.place)"))
        } catch { results.append(database.failing(target.site, error)) }
        return results
    }

    private static func size(_ bytes: UInt64) -> String {
        switch bytes {
        case ..<1024: "\(bytes) bytes"
        case ..<(1 << 20): "\(bytes >> 10) KiB"
        case ..<(1 << 30): "\(bytes >> 20) MiB"
        default: "\(bytes >> 30) GiB"
        }
    }
}

extension Moment {
    static var now: Moment { Moment(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000)) }
}
