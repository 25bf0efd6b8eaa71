import FailoverModel
import Glibc

/// The account PostgreSQL's programs run under: they refuse to run as root.
struct Account: Sendable {
    var name: String
    var user: uid_t
    var group: gid_t

    /// `postgres` where we are root; `nil` where the programs can run as ourselves.
    static func forPostgres() throws -> Account? {
        guard geteuid() == 0 else { return nil }
        guard let entry = getpwnam("postgres") else {
            throw Fault(
                .invalid, "PostgreSQL refuses to run as root, and there is no account postgres", at: "/etc/passwd",
                next: "Run apt-get install postgresql-15, or run the rehearsal as another user than root")
        }
        return Account(name: "postgres", user: entry.pointee.pw_uid, group: entry.pointee.pw_gid)
    }
}

extension Account {
    /// Whether this account gets into the directory; asked of the kernel, which alone knows all that counts.
    func canEnter(_ directory: String) async throws -> Bool {
        try await Launch(
            executable: "test", arguments: ["-x", directory], environment: ["PATH": "/usr/bin:/bin"], account: self,
            output: .file("/dev/null")
        ).run(within: .seconds(5)) == 0
    }
}
