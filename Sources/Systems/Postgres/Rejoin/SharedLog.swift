import FailoverModel

/// Whether two servers have the same log before the point at which their histories part. Positions alone do not say so: a disk
/// that lied, or a snapshot that was put back, takes the end of a primary's log away, and what it writes then fills the place.
struct SharedLog: PostgresWorker {
    let access: PostgresAccess

    /// What is compared at least; less may be no whole record.
    private static let fewBytes: UInt64 = 8192

    /// `fork`: where `promoted`, on `timeline`, left the timeline of `former`. `nil` where one has not got the log any more.
    func isSame(
        before fork: TimelineHistory.Switch, _ promoted: PostgresTarget, _ timeline: Int64, _ former: PostgresTarget
    ) async throws(Fault) -> Bool? {
        let here = try await promoted.connect()
        defer { here.close() }
        let there = try await former.connect()
        defer { there.close() }
        let size = try await segmentSize(here)
        guard fork.position.bytes > 0, try await segmentSize(there) == size else { return nil }
        let last = (fork.position.bytes - 1) / size
        let length = fork.position.bytes - last * size
        // The new timeline's first file begins with what the old one's had before the fork.
        let isCopied = length < size
        var isSame = try await compare(
            (here, WALFile(isCopied ? timeline : fork.parent, last, size)), (there, WALFile(fork.parent, last, size)),
            bytes: length)
        if length < Self.fewBytes, last > 0, isSame == true {
            isSame = try await compare(
                (here, WALFile(fork.parent, last - 1, size)), (there, WALFile(fork.parent, last - 1, size)), bytes: size
            )
        }
        return isSame
    }

    private func compare(
        _ one: (connection: PostgresConnection, file: WALFile),
        _ other: (connection: PostgresConnection, file: WALFile),
        bytes: UInt64
    ) async throws(Fault) -> Bool? {
        guard let own = try await digest(one.connection, one.file, bytes),
            let its = try await digest(other.connection, other.file, bytes)
        else { return nil }
        return own == its
    }

    /// With the right that pg_rewind needs too; of a file in the data directory.
    private func digest(
        _ connection: PostgresConnection, _ file: WALFile, _ bytes: UInt64
    ) async throws(Fault) -> String? {
        try await connection.query(
            "SELECT encode(sha256(pg_read_binary_file('pg_wal/' || $1, 0, $2, true)), 'hex') AS digest",
            [file.name, String(bytes)], within: access.limits.statement
        ).one().text("digest")
    }

    private func segmentSize(_ connection: PostgresConnection) async throws(Fault) -> UInt64 {
        let row = try await connection.query(
            "SELECT setting FROM pg_settings WHERE name = 'wal_segment_size'", within: access.limits.statement
        ).one()
        return UInt64(try row.required("setting", row.integer))
    }
}

/// A segment of the log by its file's name (PostgreSQL 15 §30.6).
private struct WALFile {
    var name: String

    init(_ timeline: Int64, _ segment: UInt64, _ size: UInt64) {
        let perID = 0x1_0000_0000 / size
        name = [UInt64(timeline), segment / perID, segment % perID].map { part in
            let digits = String(part, radix: 16, uppercase: true)
            return String(repeating: "0", count: max(0, 8 - digits.count)) + digits
        }.joined()
    }
}

extension PostgresTarget {
    /// Up to where a primary's log reaches, once all that was inserted before is on its disk: with synchronous_commit off a
    /// commit is acknowledged before. Later than `limit` it is what there is, and a log that ends before that is not whole.
    func endOnDisk(within limit: Duration, every interval: Duration) async throws(Fault) -> LogPosition {
        let connection = try await connect()
        defer { connection.close() }
        let deadline = ContinuousClock.now + limit
        var wanted: LogPosition?
        while true {
            let row = try await connection.query(
                "SELECT pg_current_wal_insert_lsn() AS inserted, pg_current_wal_flush_lsn() AS flushed",
                within: limits.statement
            ).one()
            let flushed = try row.required("flushed", row.position)
            let inserted = try row.required("inserted", row.position)
            let end = wanted ?? inserted
            // At the border of two pages the place of the next record lies behind the page's head, which is not written yet.
            let isHead = flushed.bytes % 8192 == 0 && end.bytesAhead(of: flushed) <= 40
            if flushed >= end || isHead { return flushed }
            if ContinuousClock.now >= deadline { return end }
            wanted = end
            do { try await Task.sleep(for: interval) } catch {
                throw Fault(.uncertain, "the look was cancelled", at: place, next: "Look again")
            }
        }
    }
}
