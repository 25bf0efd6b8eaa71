import FailoverModel
import Systems

/// How a sync ended, in words and as JSON.
struct SecretsSyncReport {
    let plan: SecretsSyncPlan
    /// The target is where the service was last seen.
    var servesNow = false

    private var remarks: [String] {
        let warning = "\(plan.to) has the primary database, as last seen: its own secrets may well be the right ones"
        return servesNow && !plan.actions.isEmpty ? [warning] + plan.remarks : plan.remarks
    }

    /// What would be written and what stays, a line each.
    var text: String {
        var lines = plan.actions.map { "  \($0.sentence)" }
        lines.insert("From \(plan.from) to \(plan.to):", at: 0)
        if plan.actions.isEmpty { lines = ["Nothing of \(plan.to) has to be written."] }
        return (lines + remarks.map { "  (\($0))" }).map(\.shownSafely).joined(separator: "\n")
    }

    func end(_ status: ExitStatus, isWritten: Bool, _ invocation: Invocation) -> ExitStatus {
        if invocation.isJSON {
            invocation.print(json(endingWith: status, isWritten: isWritten))
            return status
        }
        switch status {
        case .refused:
            let lines = plan.refusals.map { "refused (\($0.rule)): \($0.sentence)".shownSafely }
            invocation.say((lines + ["Nothing was written."]).joined(separator: "\n"))
        case .waiting: invocation.print(text + "\nNothing was written: say --yes, or run it at a terminal.")
        case .done where isWritten:
            let count = plan.actions.count
            invocation.print("Written to \(plan.to) and read back: \(count == 1 ? "1 change" : "\(count) changes").")
            for remark in remarks { invocation.print("  (\(remark))".shownSafely) }
        case .done, .stopped, .badInput, .journalDamaged, .held, .interrupted: invocation.print(text)
        }
        return status
    }

    private func json(endingWith status: ExitStatus, isWritten: Bool) -> JSONValue {
        [
            "from": .string(plan.from), "to": .string(plan.to), "isWritten": .bool(isWritten),
            "changes": .array(
                plan.actions.map { ["name": .string($0.id.description), "what": .string($0.sentence)] }),
            "refusals": .array(
                plan.refusals.map { ["rule": .string($0.rule), "sentence": .string($0.sentence)] }),
            "remarks": .array(remarks.map(JSONValue.string)),
            "exitCode": .integer(Int64(status.rawValue)),
        ]
    }
}
