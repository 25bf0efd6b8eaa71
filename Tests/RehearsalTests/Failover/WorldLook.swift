import Foundation
import Testing

/// The systems of all sites as others see them: settings, slots and roles of the databases, replicas, policies, names.
struct WorldLook: Equatable {
    var databases: [String: String] = [:]
    var workloads: [String: String] = [:]
    var policies: [String: String] = [:]
    var name = ""

    /// Asks by psql, kubectl and dig; what moves by itself (positions, times) and quotes and the order of words in a
    /// connection string are left out.
    static func of(_ failover: FailoverStage, sites: [String] = ["dc1", "dc2", "dc3"]) async throws -> WorldLook {
        var look = WorldLook()
        for site in sites {
            look.databases[site] = try await failover.sql(
                site,
                """
                SELECT name || '=' || (SELECT string_agg(word, ' ' ORDER BY word) FROM regexp_split_to_table(replace(setting, '''', ''), ' ') word)
                || ' ' || COALESCE(sourcefile, '') FROM pg_settings WHERE name IN
                ('primary_conninfo', 'primary_slot_name', 'default_transaction_read_only', 'synchronous_standby_names')
                UNION ALL SELECT 'slot ' || slot_name || ' ' || active FROM pg_replication_slots
                UNION ALL SELECT 'in recovery ' || pg_is_in_recovery() ORDER BY 1
                """)
            let path = #"jsonpath={range .items[*]}{.kind}/{.metadata.name}={.spec.replicas}{"\n"}{end}"#
            look.workloads[site] = try await failover.kubectl(site, "get", "deployments,statefulsets", "-o", path)
            look.policies[site] = try await failover.kubectl(site, "get", "networkpolicies", "-o", "name")
        }
        look.name = try await failover.address(of: "matrix.ess.test")
        return look
    }
}
