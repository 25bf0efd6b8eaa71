import FailoverModel
import Foundation

/// The state after some entries, read from their stored bytes with Foundation's JSON and plain dictionaries: nothing of the
/// projections, the codec or the journal's reader is used.
struct TimeTravelOracle: Equatable {
    /// `dc2/main` to what was last seen of the database.
    var databases: [String: String] = [:]
    /// `run/step` to the site it is owed to.
    var owed: [String: String] = [:]
    /// `site|name` to the verdict.
    var secrets: [String: String] = [:]
    var checks: Int64?
    /// Run to how it stands.
    var runs: [String: String] = [:]

    init(_ entries: some Sequence<Entry>) throws {
        for entry in entries {
            let object = try JSONSerialization.jsonObject(with: Data(entry.payload))
            take(entry, object as? [String: Any] ?? [:])
        }
    }

    private mutating func take(_ entry: Entry, _ payload: [String: Any]) {
        switch entry.type {
        case "run.started": runs[entry.run] = "started"
        case "run.claimed": if runs[entry.run] != nil { runs[entry.run] = "running" }
        case "run.released":
            if runs[entry.run] != nil { runs[entry.run] = payload["reason"] as? String }
        case "rollback.started": owed = owed.filter { !$0.key.hasPrefix("\(entry.run)/") }
        case "run.abandoned":
            if runs[entry.run] != nil { runs[entry.run] = "abandoned" }
            if payload["isPastPivot"] as? Bool == false { owed = owed.filter { !$0.key.hasPrefix("\(entry.run)/") } }
        case "debt.reopened":
            let debt = payload["debt"] as? [String: Any] ?? [:]
            owed["\(debt["run"] ?? "")/\(debt["step"] ?? "")"] = payload["site"] as? String
        case "step.deferred": owed["\(entry.run)/\(payload["step"] ?? "")"] = payload["site"] as? String
        case "debt.settled":
            let debt = payload["debt"] as? [String: Any] ?? [:]
            owed["\(debt["run"] ?? "")/\(debt["step"] ?? "")"] = nil
        case "check.completed": checks = payload["ok"] as? Int64
        case "secrets.compared":
            for verdict in payload["verdicts"] as? [[String: Any]] ?? [] {
                secrets["\(payload["site"] ?? "")|\(verdict["name"] ?? "")"] = verdict["verdict"] as? String
            }
        case "site.observed": observe(payload)
        default: break
        }
    }

    private mutating func observe(_ payload: [String: Any]) {
        let place = "\(payload["site"] ?? "")/\(payload["cluster"] ?? "")"
        if let server = payload["postgres"] as? [String: Any] {
            let isStandby = server["isInRecovery"] as? Bool == true
            databases[place] = "\(isStandby ? "standby" : "primary") \(server["position"] ?? "")"
        } else if let away = payload["unreachable"] as? [String: Any], away["system"] as? String == "postgres" {
            databases[place] = "unreachable"
        }
    }

    /// The same of what is under test.
    init(_ projections: JournalProjections) {
        for view in projections.siteViews() {
            for database in view.databases {
                let position = database.observation.map { " \($0.position)" } ?? ""
                databases["\(view.site)/\(database.cluster)"] =
                    database.role == .unreachable ? "unreachable" : database.role.rawValue + position
            }
        }
        owed = projections.owed.debts.mapValues(\.site)
        secrets = projections.secrets.statuses.mapValues(\.verdict.rawValue)
        checks = projections.checks.last?.ok
        runs = projections.runs.summaries.mapValues(\.standing.rawValue)
    }
}
