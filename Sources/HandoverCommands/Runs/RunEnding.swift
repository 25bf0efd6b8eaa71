import FailoverModel

/// The last words of a command that carried out a run, or said something about one.
enum RunEnding {
    static func text(_ state: RunState, next: [String]) -> String {
        var lines = ["\(state.id): \(words(state))"]
        lines += state.plan.steps.compactMap { problem($0, state.record($0.id)) }
        if !next.isEmpty { lines += ["Next:"] + next.map { "  \($0)" } }
        return lines.joined(separator: "\n")
    }

    private static func words(_ state: RunState) -> String {
        let summary = state.summary.isEmpty ? "" : ": \(state.summary)"
        switch state.standing {
        case .completed: return "completed\(summary)"
        case .rolledBack: return "rolled back\(summary)"
        case .waiting: return "waits for a person\(summary)"
        case .failed: return "stopped\(summary)"
        case .refused: return "refused by a safety rule\(summary)"
        case .interrupted: return "interrupted; nothing is lost"
        case .started: return "not begun yet"
        case .running: return "being carried out"
        }
    }

    private static func problem(_ step: PlannedStep, _ record: StepRecord) -> String? {
        switch record.standing {
        case .failed, .unknown, .undoFailed, .undoUnknown:
            return record.fault.map { "  \(step.id): \($0.what). \($0.next)" }
        case .refused, .undoRefused:
            return record.refusal.map { refusal in
                let answer = refusal.acceptance.map { " A person may answer for it (\($0))." } ?? ""
                return "  \(step.id): \(refusal.sentence) [\(refusal.rule)].\(answer)"
            }
        case .asked, .denied, .doubted, .undoDoubted: return "  \(step.id): \(record.sentence)"
        case .deferred: return "  \(step.id): owed to \(step.site): \(record.sentence)"
        case .pending, .approved, .acting, .succeeded, .skipped, .undoing, .undone, .left: return nil
        }
    }
}
