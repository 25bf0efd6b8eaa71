import FailoverModel
import Foundation
import Systems
import Testing

@testable import Rehearsal

/// Brings a rehearsal up in a directory of its own, hands it to `body`, and takes it down however `body` ends.
func withRehearsal(
    _ plan: RehearsalPlan = RehearsalPlan(), inClosedDirectory: Bool = false,
    _ body: (RehearsalStage) async throws -> Void
) async throws {
    try await withStage(inClosedDirectory: inClosedDirectory) { stage in
        var plan = plan
        plan.executable = try Handover.path
        _ = try await stage.up(plan)
        try await body(stage)
    }
}

/// The same without bringing it up.
func withStage(inClosedDirectory: Bool = false, _ body: (RehearsalStage) async throws -> Void) async throws {
    let parent = "\(NSTemporaryDirectory())/rehearsal-test-\(UInt32.random(in: .min ... .max))"
    try FileManager.default.createDirectory(
        atPath: parent, withIntermediateDirectories: true,
        attributes: [.posixPermissions: inClosedDirectory ? 0o700 : 0o755])
    let stage = RehearsalStage(directory: inClosedDirectory ? "\(parent)/it's closed" : "\(parent)/sites")
    let outcome: Result<Void, any Error>
    do { outcome = .success(try await body(stage)) } catch { outcome = .failure(error) }
    try await stage.down()
    try FileManager.default.removeItem(atPath: parent)
    try outcome.get()
}

/// The program under test; the build puts it next to the tests.
enum Handover {
    static var path: String {
        get throws {
            let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            return URL(filePath: tests).deletingLastPathComponent().appending(path: "handover")
                .path(percentEncoded: false)
        }
    }

    /// `handover ARGUMENTS`, with its output in the file.
    static func launch(_ arguments: [String], output: String = "/dev/null") throws -> Launch {
        Launch(
            executable: try path, arguments: arguments, environment: ProcessInfo.processInfo.environment,
            output: .file(output))
    }
}

extension RehearsalStage {
    func site(_ name: String) throws -> RehearsalRecord.Site { try files.requireRecord().site(named: name) }

    func server(_ name: String) throws -> PostgresSite {
        try PostgresSite(site(name), of: files.requireRecord(), files: files)
    }

    /// Runs statements one after the other at a site as role `handover`, and returns the last one's rows.
    @discardableResult
    func handover(_ name: String, _ statements: String...) async throws -> PostgresRows {
        let session = try await server(name).connect(as: "handover", database: "postgres")
        defer { session.close() }
        var rows = PostgresRows(columns: [], rows: [], place: name)
        for statement in statements {
            rows = try await session.query(statement, effect: .changes, within: .seconds(60))
        }
        return rows
    }

    /// What a failover does: freeze the standbys, promote the more advanced one, let the other follow. Either of them may
    /// have confirmed the last commits.
    func promoteMoreAdvanced(of standbys: [String]) async throws -> (promoted: String, other: String) {
        for standby in standbys {
            try await handover(standby, "ALTER SYSTEM SET primary_conninfo = ''", "SELECT pg_reload_conf()")
        }
        try await eventually("both standbys are frozen") {
            for standby in standbys {
                let row = try await handover(standby, "SELECT count(*) AS receivers FROM pg_stat_wal_receiver").one()
                if row.integer("receivers") != 0 { return false }
            }
            return true
        }
        var positions: [(site: String, position: LogPosition)] = []
        for standby in standbys {
            let row = try await handover(
                standby, "SELECT GREATEST(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) AS position"
            ).one()
            positions.append((standby, try #require(row.position("position"))))
        }
        positions.sort { $0.position > $1.position }
        let (name, other) = (positions[0].site, positions[1].site)
        let slot = try server(other).slot
        try await handover(
            name, "SELECT pg_create_physical_replication_slot('\(slot)', true)", "SELECT pg_promote(true, 60)",
            "CHECKPOINT")
        let passwordFile = try server(other).passwordFile
        try await handover(
            other,
            """
            ALTER SYSTEM SET primary_conninfo = 'host=127.0.0.1 port=\(site(name).ports.postgres) user=replicator \
            passfile=\(passwordFile) application_name=\(other)'
            """, "ALTER SYSTEM SET primary_slot_name = '\(slot)'", "SELECT pg_reload_conf()")
        return (name, other)
    }

    /// The status of one site.
    func look(at name: String) async throws -> RehearsalStatus.Site {
        guard let site = try await status().sites.first(where: { $0.name == name }) else { throw NotSeen(what: name) }
        return site
    }
}

/// Waits until a condition holds; fails the test after a minute.
func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw NotSeen(what: what) }
        try await Task.sleep(for: .milliseconds(30))
    }
}

struct NotSeen: Error {
    var what: String
}
