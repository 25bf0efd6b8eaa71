import FailoverModel

/// The ancestors of a timeline and where each was left (PostgreSQL 15 §55.4, `TIMELINE_HISTORY`).
struct TimelineHistory: Equatable, Sendable {
    struct Switch: Equatable, Sendable {
        var parent: Int64
        /// Where the next timeline forked off.
        var position: LogPosition
    }

    var timeline: Int64
    var switches: [Switch]

    init(timeline: Int64, switches: [Switch]) {
        self.timeline = timeline
        self.switches = switches
    }

    /// Reads the file's lines: `1<TAB>0/3000148<TAB>no recovery target specified`.
    init(timeline: Int64, file: String) {
        self.timeline = timeline
        switches = file.split(whereSeparator: \.isNewline).compactMap { line in
            let fields = line.split(separator: "\t")
            guard fields.count >= 2, let parent = Int64(fields[0]), let position = LogPosition(fields[1]) else {
                return nil
            }
            return Switch(parent: parent, position: position)
        }
    }

    /// Where this history left the timeline `parent`; `nil` where `parent` is no ancestor.
    func fork(from parent: Int64) -> LogPosition? { switches.last { $0.parent == parent }?.position }
}

/// What `IDENTIFY_SYSTEM` says: on a standby the timeline being replayed.
struct SystemIdentity: Equatable, Sendable {
    var systemIdentifier: String
    var timeline: Int64
}

extension PostgresTarget {
    func identity() async throws(Fault) -> SystemIdentity {
        let connection = try await connect(.databaseReplication)
        defer { connection.close() }
        return try await Self.identity(on: connection, within: limits.statement)
    }

    static func identity(
        on connection: PostgresConnection, within limit: Duration
    ) async throws(Fault) -> SystemIdentity {
        let row = try await connection.query("IDENTIFY_SYSTEM", within: limit).one()
        return SystemIdentity(
            systemIdentifier: try row.required("systemid", row.text),
            timeline: try row.required("timeline", row.integer))
    }

    /// The history of a timeline this server has; timeline 1 has none.
    func history(of timeline: Int64) async throws(Fault) -> TimelineHistory {
        guard timeline > 1 else { return TimelineHistory(timeline: timeline, file: "") }
        let connection = try await connect(.databaseReplication)
        defer { connection.close() }
        let row = try await connection.query("TIMELINE_HISTORY \(timeline)", within: limits.statement).one()
        return TimelineHistory(timeline: timeline, file: try row.required("content", row.text))
    }
}
