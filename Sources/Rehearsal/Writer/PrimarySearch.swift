import FailoverModel
import Systems

/// Finds the primary as clients with several hosts do (libpq's `target_session_attrs=read-write`), but of two writable
/// servers the one with the higher timeline: a former primary that came back is not the primary.
struct PrimarySearch: Sendable {
    var sites: [PostgresSite]

    struct Found {
        var site: String
        var timeline: Int64
        var session: PostgresConnection
    }

    /// A session of role `synapse` on the primary; `nil` where no site takes writes.
    func find(connectLimit: Duration = .seconds(1)) async -> Found? {
        var best: Found?
        for site in sites {
            guard let candidate = await candidate(site, connectLimit) else { continue }
            if let current = best, current.timeline >= candidate.timeline {
                candidate.session.close()
            } else {
                best?.session.close()
                best = candidate
            }
        }
        return best
    }

    private func candidate(_ site: PostgresSite, _ limit: Duration) async -> Found? {
        guard
            let session = try? await site.connect(
                as: "synapse", database: "synapse", limit: limit, applicationName: "rehearsal-writer")
        else { return nil }
        guard
            let row = try? await session.query(Self.question, within: limit).one(),
            let timeline = row.integer("timeline"), !row.flag("read_only")
        else {
            session.close()
            return nil
        }
        return Found(site: site.name, timeline: timeline, session: session)
    }

    private static let question = """
        SELECT current_setting('transaction_read_only') = 'on' AS read_only,
            CASE WHEN NOT pg_is_in_recovery()
                THEN ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int END AS timeline
        """
}
