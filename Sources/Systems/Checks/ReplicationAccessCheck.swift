import FailoverModel

/// Whether a standby of another site would be let in at a server, should this become the primary: `pg_hba.conf`, the role and its
/// password, tried by a replication connection from this machine.
struct ReplicationAccessCheck: Sendable {
    let target: PostgresTarget

    static let check = Check(
        id: "replication.access",
        why: "a standby that is not let in at the new primary follows nobody after the failover")

    func result() async -> CheckResult {
        let (site, replication) = (target.site, target.server.replication)
        let who = "\(replication.user) for replication at \(target.place)"
        do throws(Fault) {
            let connection = try await target.connectAsStandby()
            defer { connection.close() }
            return Self.check.ok(site, "a standby is let in as \(who)")
        } catch {
            // Without the password the server's question for it is as far as one gets: the door is there. A password that libpq
            // finds by itself (PGPASSWORD) is that of another role.
            let asked = ["no password supplied", "password authentication failed"].contains(where: error.what.contains)
            if replication.password == nil, asked {
                return Self.check.ok(
                    site, "\(who) is asked for a password, which lies on the standbys' hosts and was not tried")
            }
            if error.kind == .unreachable, replication.host != target.server.connection.host, error.silence != .late {
                return Self.check.ok(
                    site,
                    "not tried: this machine does not reach \(replication.host), the standbys' way to \(target.place)")
            }
            guard error.kind == .forbidden else { return Self.check.unseen(site, error) }
            return Self.check.failing(
                site, "a standby is not let in as \(who): \(error.what)",
                fix:
                    "Add a line for the database \"replication\", the role and each other site's address to pg_hba.conf "
                    + "there, reload it, and see that the role has LOGIN and REPLICATION")
        }
    }
}
