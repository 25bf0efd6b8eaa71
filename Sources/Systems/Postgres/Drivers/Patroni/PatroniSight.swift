import FailoverModel
import Foundation

/// A site's Patroni as its leader tells it.
struct PatroniSight: Sendable {
    var leader: Member
    /// What patronictl edit-config shows.
    var config: JSONValue

    /// One member's answer to `/leader`.
    struct Member: Sendable {
        var url: String
        var isLeader: Bool
        /// `primary` (before Patroni 4 `master`), `standby_leader` or `replica`.
        var role: String
        var systemIdentifier: String?
        var version: String?
        var isPaused: Bool
        /// How long it has heard nothing from the configuration store, by its own clock.
        var silenceSeconds: Int64?

        init(url: String, isLeader: Bool, _ body: JSONValue, serverDate: String?) {
            self.url = url
            self.isLeader = isLeader
            role = body["role"]?.text ?? "unknown"
            systemIdentifier = body["database_system_identifier"]?.text
            version = body["patroni"]?["version"]?.text
            isPaused = body["pause"]?.flag ?? false
            if let seen = body["dcs_last_seen"]?.integer, let now = serverDate.flatMap(Self.seconds) {
                silenceSeconds = now - seen
            }
        }

        var isPrimary: Bool { role == "primary" || role == "master" }

        private static func seconds(_ text: String) -> Int64? {
            let formatter = DateFormatter()
            formatter.locale = Locale(identifier: "en_US_POSIX")
            formatter.timeZone = TimeZone(identifier: "GMT")
            formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
            return formatter.date(from: text).map { Int64($0.timeIntervalSince1970) }
        }
    }

    /// Of a Patroni whose configuration is not known: two rounds and a retry, by the defaults.
    static let usualSilence: Int64 = 30

    /// Two of its rounds, and the time it takes to give up.
    var silenceAllowed: Int64 {
        2 * (config["loop_wait"]?.integer ?? 10) + (config["retry_timeout"]?.integer ?? 10) + 1
    }

    var isPaused: Bool { leader.isPaused || config["pause"]?.flag == true }
    var standbyCluster: JSONValue? { config["standby_cluster"].flatMap { $0.isNull ? nil : $0 } }
    var usesSlots: Bool { config["postgresql"]?["use_slots"]?.flag ?? true }
    var mayRewind: Bool { config["postgresql"]?["use_pg_rewind"]?.flag ?? false }

    func parameter(_ name: String) -> JSONValue { config["postgresql"]?["parameters"]?[name] ?? .null }

    /// What the undo needs. A restore command may hold credentials, so it is parked in Patroni's configuration, not here.
    var memory: JSONValue {
        let upstream = standbyCluster.map { standby -> JSONValue in
            [
                "host": standby["host"] ?? .null, "port": standby["port"] ?? .null,
                "primary_slot_name": standby["primary_slot_name"] ?? .null,
            ]
        }
        let parameters = PostgresFence.settings.map { ($0.0, parameter($0.0)) }
        return [
            "standby_cluster": upstream ?? .null, "synchronous_mode": config["synchronous_mode"] ?? .null,
            "parameters": .object(Dictionary(parameters) { $1 }),
        ]
    }
}
