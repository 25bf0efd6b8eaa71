import FailoverModel

/// Where a standby streams from: how it is built from the topology, remembered without secrets, and put back.
struct Upstream: Equatable, Sendable {
    /// `nil`: no upstream (`primary_conninfo` is empty).
    var connection: ConnectionString?
    var slot: String
    /// Whether each value came from ALTER SYSTEM (then SET restores it) or not (then RESET uncovers it again).
    var isConnectionFromAlterSystem: Bool
    var isSlotFromAlterSystem: Bool

    /// As the standby has it now; `nil` where its connection string cannot be read.
    init?(of settings: PostgresSettings) {
        let text = settings["primary_conninfo"] ?? ""
        if text.isEmpty {
            connection = nil
        } else {
            guard let parsed = ConnectionString(parsing: text) else { return nil }
            connection = parsed
        }
        slot = settings["primary_slot_name"] ?? ""
        isConnectionFromAlterSystem = settings.values["primary_conninfo"]?.isFromAlterSystem ?? false
        isSlotFromAlterSystem = settings.values["primary_slot_name"]?.isFromAlterSystem ?? false
    }

    /// As kept in a step's facts.
    init?(json: JSONValue) {
        guard let fields = json.fields else { return nil }
        connection = fields["keywords"]?.fields.map { keywords in
            ConnectionString(
                keywords: keywords.compactMapValues(\.text), hadSecret: fields["hadPassword"]?.flag ?? false)
        }
        slot = fields["slot"]?.text ?? ""
        isConnectionFromAlterSystem = fields["isConnectionFromAlterSystem"]?.flag ?? true
        isSlotFromAlterSystem = fields["isSlotFromAlterSystem"]?.flag ?? true
    }

    var json: JSONValue {
        [
            "keywords": connection.map { .object($0.keywords.mapValues { .string($0) }) } ?? .null,
            "hadPassword": .bool(connection?.hadSecret ?? false), "slot": .string(slot),
            "isConnectionFromAlterSystem": .bool(isConnectionFromAlterSystem),
            "isSlotFromAlterSystem": .bool(isSlotFromAlterSystem),
        ]
    }

    var description: String {
        connection.map { "\($0.host ?? "?"):\($0.port.map(String.init) ?? "?")" } ?? "none"
    }

    /// What the standby `site` is to be told to stream from `target`. Keywords that belong to the standby's own host
    /// (certificates, time limits) are carried over from what it had.
    static func connection(to target: PostgresTarget, for site: PostgresServer, carrying old: ConnectionString?)
        -> ConnectionString
    {
        let replication = target.server.replication
        var keywords = old?.keywords.filter { carried.contains($0.key) } ?? [:]
        keywords["host"] = replication.host
        keywords["port"] = String(replication.port)
        keywords["user"] = replication.user
        keywords["application_name"] = site.replication.applicationName
        if let mode = replication.sslMode { keywords["sslmode"] = mode }
        if let file = replication.passwordFileOnServer { keywords["passfile"] = file }
        return ConnectionString(keywords: keywords)
    }

    /// The password that belongs into that connection string; none where the standby has a file of its own.
    static func password(for target: PostgresTarget) throws(Fault) -> Secret? {
        target.server.replication.passwordFileOnServer == nil
            ? try target.secret(target.server.replication.password) : nil
    }

    private static let carried: Set<String> = [
        "sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl", "sslcrldir", "passfile", "channel_binding",
        "gssencmode", "connect_timeout", "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count",
        "tcp_user_timeout", "krbsrvname",
    ]
}
