import FailoverModel

/// A setting as it was before a step changed it, and how it is put back.
struct RememberedSetting: Equatable, Sendable {
    var name: String
    var value: String
    /// Whether ALTER SYSTEM had put it there.
    var isFromAlterSystem: Bool

    init(name: String, in settings: PostgresSettings) {
        self.name = name
        value = settings[name] ?? ""
        isFromAlterSystem = settings.values[name]?.isFromAlterSystem ?? false
    }

    init(name: String, json: JSONValue?) {
        self.name = name
        value = json?["value"]?.text ?? ""
        isFromAlterSystem = json?["isFromAlterSystem"]?.flag ?? false
    }

    var json: JSONValue { ["value": .string(value), "isFromAlterSystem": .bool(isFromAlterSystem)] }

    func restore(on connection: PostgresConnection, at place: String, within limit: Duration) async throws(Fault) {
        if isFromAlterSystem {
            try await connection.alterSystem(name, to: value, at: place, within: limit)
        } else {
            try await connection.alterSystemReset(name, within: limit)
        }
    }
}
