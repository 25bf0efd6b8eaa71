import Systems

/// What a rehearsal is now, for `handover rehearsal status`.
package struct RehearsalStatus: Encodable, Sendable {
    package enum Part: String, Encodable, Sendable {
        case running
        case down
        /// Only of the tool's way: connections are accepted and never answered.
        case silent
    }

    package struct Site: Encodable, Sendable {
        package var name: String
        package var postgres: Part
        /// `primary`, `standby`, or `nil` where PostgreSQL does not answer.
        package var role: String?
        package var timeline: Int64?
        /// How many standbys stream from it.
        package var streaming: Int64?
        package var kubernetes: Part
        /// Handover's way to the site.
        package var way: Part
        /// What the ingress answers, seen from beside the site.
        package var service: Int?
        package var servicePort: Int
    }

    package var directory: String
    /// Whether `up` came to its end.
    package var isComplete: Bool
    package var isWriting: Bool
    package var sites: [Site]
}

extension RehearsalStage {
    /// Looks at every process and asks every server; changes nothing.
    package func status() async throws -> RehearsalStatus {
        let record = try files.requireRecord()
        let sites = try await withThrowingTaskGroup(of: RehearsalStatus.Site.self) { group in
            for site in record.sites { group.addTask { try await status(of: site, record) } }
            var seen: [String: RehearsalStatus.Site] = [:]
            for try await site in group { seen[site.name] = site }
            return record.sites.compactMap { seen[$0.name] }
        }
        return RehearsalStatus(
            directory: files.directory, isComplete: record.phase == .ready, isWriting: isAlive(record.writer),
            sites: sites)
    }

    private func status(of site: RehearsalRecord.Site, _ record: RehearsalRecord) async throws -> RehearsalStatus.Site {
        let site = try current(site, of: record)
        let answer = await LoopbackHTTP.get("/_matrix/client/versions", port: site.ports.ingress)
        var status = RehearsalStatus.Site(
            name: site.name, postgres: part(site.postgres), kubernetes: part(site.site), way: part(site.forwarder),
            service: answer?.status, servicePort: site.ports.ingressForTool)
        let server = try PostgresSite(site, of: record, files: files)
        guard let session = try? await server.connect(as: "handover", database: "postgres") else { return status }
        defer { session.close() }
        guard let row = try? await session.query(Self.roleQuestion, within: .seconds(2)).one() else { return status }
        status.role = row.flag("in_recovery") ? "standby" : "primary"
        status.timeline = row.integer("timeline")
        status.streaming = row.integer("streaming")
        return status
    }

    private func part(_ process: ProcessIdentity?) -> RehearsalStatus.Part {
        guard let process, process.isAlive else { return .down }
        return process.isHalted ? .silent : .running
    }

    private static let roleQuestion = """
        SELECT pg_is_in_recovery() AS in_recovery,
            CASE WHEN pg_is_in_recovery() THEN (SELECT received_tli FROM pg_stat_wal_receiver)
                ELSE ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int END AS timeline,
            (SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming') AS streaming
        """
}
