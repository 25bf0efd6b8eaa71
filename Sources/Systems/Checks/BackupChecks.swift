import FailoverModel
import Foundation

/// The age of each PostgreSQL cluster's newest good backup.
struct BackupChecks: Sendable {
    let topology: Topology
    let access: PostgresAccess
    /// The server that takes writes, by cluster.
    let primaries: [String: PostgresTarget]
    /// The variables that a program is given.
    let environment: [String: String]
    let now: Moment

    static let check = Check(
        id: "backup.age", why: "a failover carries a deletion or a spoilt page along; only a backup goes back before it"
    )

    func parts(within limit: Duration) -> [CheckPart] {
        topology.checks.backups.map { source in
            let site = primaries[source.cluster]?.site ?? topology.sites.first?.name ?? ""
            return CheckPart(Self.check, at: site, within: limit) { [await result(of: source, at: site)] }
        }
    }

    private func result(of source: BackupSource, at site: String) async -> CheckResult {
        do throws(Fault) {
            switch source.driver {
            case .pgBackRest(let program, let stanza):
                let words = program + ["info", "--stanza=\(stanza)", "--output=json"]
                let answer = try PgBackRestInfo(try await output(of: words, source), stanza: stanza, at: place(source))
                return judged(answer.newest, source, site, what: answer.title)
            case .program(let words):
                let text = try await output(of: words, source)
                return judged(
                    try moment(in: text, source), source, site, what: "the newest backup of \(source.cluster)")
            case .archiver: return try await archiver(source, site)
            }
        } catch {
            switch error.kind {
            case .unreachable, .uncertain: return Self.check.unknown(site, error)
            case .rejected, .forbidden, .conflict, .throttled, .unavailable, .refused, .invalid:
                return Self.check.failing(site, error)
            }
        }
    }

    private func judged(_ moment: Moment, _ source: BackupSource, _ site: String, what: String) -> CheckResult {
        let age = now.milliseconds(since: moment)
        let seen = "\(what) is \(Self.words(age)) old"
        return age <= source.oldestMilliseconds
            ? Self.check.ok(site, seen)
            : Self.check.failing(
                site, "\(seen), and should be \(Self.words(source.oldestMilliseconds)) at most",
                fix: "See the log of the last backup, and make one now")
    }

    private func archiver(_ source: BackupSource, _ site: String) async throws(Fault) -> CheckResult {
        guard let primary = primaries[source.cluster] else {
            throw Fault(
                .unreachable, "no primary of \(source.cluster) was found to ask", at: place(source),
                next: "See postgres.one-primary")
        }
        let connection = try await primary.connect()
        defer { connection.close() }
        let row = try await connection.query(Self.archiverQuery, within: access.limits.statement).one()
        guard row.text("mode") != "off" else {
            return Self.check.failing(
                site, "\(primary.place) archives no log (archive_mode is off)",
                fix: "Set archive_mode = on and archive_command there and restart it")
        }
        if row.flag("fails") {
            let file = row.text("file")?.onOneLine(limit: 60) ?? ""
            return Self.check.failing(
                site,
                "\(primary.place) fails to archive its log: \(file), \(row.integer("count") ?? 0) failures so far",
                fix: "See its log for what archive_command said; log that is not archived fills the disk")
        }
        guard let last = row.moment("last") else {
            return Self.check.failing(
                site, "\(primary.place) has archived no log yet", fix: "SELECT pg_switch_wal() there, and see its log")
        }
        return judged(last, source, site, what: "the log that \(primary.place) archived last")
    }

    private static let archiverQuery = """
        SELECT current_setting('archive_mode') AS mode, failed_count AS count, last_failed_wal AS file,
               last_failed_time IS NOT NULL AND (last_archived_time IS NULL OR last_failed_time > last_archived_time) AS fails,
               (extract(epoch FROM last_archived_time) * 1000000)::bigint AS last
          FROM pg_stat_archiver
        """

    // MARK: Programs

    private func place(_ source: BackupSource) -> String { "backup of \(source.cluster)" }

    private func output(of words: [String], _ source: BackupSource) async throws(Fault) -> String {
        let ended = try await ProgramCall(
            words: words, environment: environment, secrets: [], place: place(source), kept: 4 * 1024 * 1024
        ).run()
        guard ended.status == 0 else {
            throw Fault(
                .unavailable,
                "\(words[0].onOneLine(limit: 60)) ended with \(ended.status.map(String.init) ?? "a signal"): \(ended.sentence)",
                at: place(source), next: "Run it by hand")
        }
        return ended.output
    }

    /// The last line is the time.
    private func moment(in text: String, _ source: BackupSource) throws(Fault) -> Moment {
        let line =
            text.split(whereSeparator: \.isNewline).last.map(String.init)?
            .trimmingCharacters(in: .whitespaces) ?? ""
        if let seconds = Int64(line), seconds > 0, seconds < 1 << 40 {
            return Moment(microseconds: seconds * 1_000_000)
        }
        let styles = [Date.ISO8601FormatStyle(), Date.ISO8601FormatStyle(includingFractionalSeconds: true)]
        guard let date = styles.lazy.compactMap({ try? $0.parse(line) }).first else {
            throw Fault(
                .invalid, "its last line is not a time: \(line.onOneLine(limit: 60))", at: place(source),
                next:
                    "Let it print when the newest good backup ended, like 2026-03-01T02:15:00Z, or in seconds since 1970"
            )
        }
        return Moment(microseconds: Int64(date.timeIntervalSince1970 * 1_000_000))
    }

    static func words(_ milliseconds: Int64) -> String {
        let minutes = max(0, milliseconds) / 60_000
        switch minutes {
        case ..<120: return "\(minutes) min"
        case ..<(72 * 60): return "\(minutes / 60) h"
        default: return "\(minutes / 1440) days"
        }
    }
}

/// The parts of `pgbackrest info --output=json` that count (pgBackRest User Guide, "Information").
struct PgBackRestInfo {
    var newest: Moment
    /// `pgBackRest's newest backup of STANZA (full)`.
    var title: String

    private struct Stanza: Decodable {
        struct Status: Decodable {
            var code: Int
            var message: String
        }
        struct Backup: Decodable {
            struct Times: Decodable { var stop: Int64 }
            var timestamp: Times
            var type: String
            /// Whether a page of it had a wrong checksum.
            var error: Bool?
        }
        var name: String
        var status: Status
        var backup: [Backup]?
    }

    init(_ text: String, stanza: String, at place: String) throws(Fault) {
        let stanzas: [Stanza]
        do { stanzas = try JSONDecoder().decode([Stanza].self, from: Data(text.utf8)) } catch {
            throw Fault(
                .invalid, "its answer is not what pgbackrest info prints", at: place,
                next: "Check that \"program\" of the backup is pgbackrest")
        }
        guard let found = stanzas.first(where: { $0.name == stanza }) else {
            throw Fault(.rejected, "pgBackRest knows no stanza \(stanza)", at: place, next: "Correct \"stanza\"")
        }
        guard found.status.code == 0 else {
            throw Fault(
                .unavailable, "pgBackRest says of \(stanza): \(found.status.message.onOneLine(limit: 120))", at: place,
                next: "pgbackrest info, and pgbackrest check, at the repository")
        }
        let good = (found.backup ?? []).filter { $0.error != true }
        guard let newest = good.max(by: { $0.timestamp.stop < $1.timestamp.stop }) else {
            throw Fault(
                .rejected, "\(stanza) has no backup without an error", at: place,
                next: "pgbackrest --stanza=\(stanza) backup")
        }
        self.newest = Moment(microseconds: newest.timestamp.stop * 1_000_000)
        title = "pgBackRest's newest backup of \(stanza) (\(newest.type.onOneLine(limit: 10)))"
    }
}
