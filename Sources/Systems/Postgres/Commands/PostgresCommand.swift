import FailoverModel

/// What works on the servers of a topology for a step: knows the access, and looks at many servers at once.
protocol PostgresWorker: Sendable {
    var access: PostgresAccess { get }
}

/// A step's command against PostgreSQL.
protocol PostgresCommand: StepCommand, PostgresWorker {}

extension PostgresWorker {
    func cluster(_ context: StepContext) throws(Fault) -> String {
        if let cluster = context.cluster { return cluster }
        let clusters = context.topology.site(named: context.site)?.postgres.map(\.cluster) ?? []
        guard let only = clusters.first, clusters.count == 1 else {
            throw Fault(
                .invalid, "site \(context.site) has \(clusters.count) PostgreSQL clusters and the step names none",
                at: "step \(context.step)", next: "Give the step a cluster")
        }
        return only
    }

    func target(at site: String, _ context: StepContext) throws(Fault) -> PostgresTarget {
        try access.server(at: site, cluster: try cluster(context), in: context.topology, run: context.run)
    }

    /// The servers of the cluster at all sites but these, in the topology's order.
    func targets(except excluded: Set<String>, _ context: StepContext) throws(Fault) -> [PostgresTarget] {
        let cluster = try cluster(context)
        var targets: [PostgresTarget] = []
        for site in context.topology.sites where !excluded.contains(site.name) {
            if site.postgres(cluster: cluster) != nil { targets.append(try target(at: site.name, context)) }
        }
        return targets
    }

    /// Looks at the servers at the same time; a server that cannot be seen does not hide the others.
    func look(at targets: [PostgresTarget]) async -> Looks {
        let results = await withTaskGroup(of: (Int, Result<ServerSight, Fault>).self) { group in
            for (index, target) in targets.enumerated() {
                group.addTask {
                    do throws(Fault) {
                        return (index, .success(try await target.look()))
                    } catch {
                        return (index, .failure(error))
                    }
                }
            }
            var results: [Int: Result<ServerSight, Fault>] = [:]
            for await (index, result) in group { results[index] = result }
            return results
        }
        var looks = Looks()
        for (index, target) in targets.enumerated() {
            switch results[index] {
            case .success(let sight): looks.seen.append((target, sight))
            case .failure(let fault): looks.unseen.append((target, fault))
            case nil: break
            }
        }
        return looks
    }

    /// Looks until `isDone` says so or the settle limit is over; returns the last sight.
    func look(
        at target: PostgresTarget, within limit: Duration, until isDone: (ServerSight) -> Bool
    ) async throws(Fault) -> ServerSight {
        let connection = try await target.connect()
        defer { connection.close() }
        let deadline = ContinuousClock.now + limit
        while true {
            let sight = try await target.look(on: connection)
            if isDone(sight) || ContinuousClock.now >= deadline || Task.isCancelled { return sight }
            try await pause()
        }
    }

    func pause() async throws(Fault) {
        do { try await Task.sleep(for: access.limits.interval) } catch {
            throw Fault(.uncertain, "the step was cancelled", at: "handover", next: "Look at the servers, then resume")
        }
    }

    /// Facts every PostgreSQL step keeps, so that later steps find them in `context.history` whatever the step's id is.
    func facts(
        _ command: String, at target: PostgresTarget, _ more: [String: JSONValue]
    ) -> JSONValue {
        let own: [String: JSONValue] = [
            "command": .string(command), "site": .string(target.site), "cluster": .string(target.server.cluster),
        ]
        return .object(own.merging(more) { _, later in later })
    }

    /// The facts that an earlier step with this command left for a site of the cluster.
    func earlier(_ command: String, at site: String, _ context: StepContext) -> JSONValue? {
        let cluster = (try? cluster(context)) ?? ""
        return context.history.sorted { $0.key < $1.key }.map(\.value).last {
            $0["command"]?.text == command && $0["site"]?.text == site && $0["cluster"]?.text == cluster
        }
    }

    /// In a settlement, what was owed to a site as a standby and is not any more: it has been promoted since.
    func lapsed(_ command: String, _ context: StepContext) async throws(Fault) -> Finding? {
        guard context.debtor != nil else { return nil }
        let target = try target(at: context.site, context)
        guard let promotion = context.recorded.serving[target.server.cluster] ?? context.recorded.serving[""],
            promotion.site == context.site
        else { return nil }
        let sight = try await target.look()
        guard !sight.observation.isInRecovery, !sight.observation.isFenced else { return nil }
        return Finding(
            .done, "\(target.place) was promoted by \(promotion.run) and takes writes, so this is owed no more",
            facts: facts(command, at: target, sight.brief), observations: [sight.siteObservation])
    }

    /// Re-reads on this connection whether it leads to the server that was examined, and in which role.
    func confirm(
        _ connection: PostgresConnection, is target: PostgresTarget, on finding: Finding, inRecovery: Bool?
    ) async throws(Fault) {
        let row = try await connection.query(
            "SELECT (SELECT system_identifier FROM pg_control_system()) AS sysid, pg_is_in_recovery() AS in_recovery",
            within: access.limits.statement
        ).one()
        let expected = finding.facts["systemIdentifier"]?.text
        guard expected == nil || row.text("sysid") == expected else {
            throw Fault(
                .refused,
                "system identifier is \(row.text("sysid") ?? "unknown"), it was \(expected ?? "") when examined",
                at: target.place, next: "Check which server answers at this address before anything else")
        }
        guard let inRecovery, row.flag("in_recovery") != inRecovery else { return }
        throw Fault(
            .refused, "the server is \(inRecovery ? "a primary now, not a standby" : "a standby now, not a primary")",
            at: target.place, next: "Find out who changed its role, then resume")
    }
}

/// What came of looking at several servers.
struct Looks: Sendable {
    var seen: [(target: PostgresTarget, sight: ServerSight)] = []
    var unseen: [(target: PostgresTarget, fault: Fault)] = []

    var observations: [SiteObservation] {
        seen.map(\.sight.siteObservation) + unseen.map { $0.target.unseen($0.fault) }
    }

    /// Where writes are taken, at a site other than `site`.
    func writablePrimary(except site: String) -> PostgresTarget? {
        seen.first { $0.target.site != site && !$0.sight.observation.isInRecovery && !$0.sight.observation.isFenced }?
            .target
    }

    func sight(of site: String) -> ServerSight? { seen.first { $0.target.site == site }?.sight }
    func fault(of site: String) -> Fault? { unseen.first { $0.target.site == site }?.fault }
}

extension PostgresTarget {
    func unseen(_ fault: Fault) -> SiteObservation {
        SiteObservation(
            site: site, cluster: server.cluster, seen: .unreachable(system: "postgres", reason: fault.what))
    }
}

extension ServerSight {
    /// What is kept of a server in a step's facts.
    var brief: [String: JSONValue] {
        [
            "systemIdentifier": .string(observation.systemIdentifier), "timeline": .integer(observation.timeline),
            "position": .string(position.description), "isInRecovery": .bool(observation.isInRecovery),
            "lastTransactionAt": JSONValue(observation.lastTransactionAt?.microseconds),
        ]
    }
}

extension Finding {
    static func refused(
        _ rule: String, _ sentence: String, acceptance: String? = nil, facts: JSONValue = .object([:]),
        observations: [SiteObservation] = []
    ) -> Finding {
        Finding(.refused(rule: rule, acceptance: acceptance), sentence, facts: facts, observations: observations)
    }
}
