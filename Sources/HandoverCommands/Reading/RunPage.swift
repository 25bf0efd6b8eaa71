import FailoverModel
import RunEngine

/// A run as people read it.
struct RunPage {
    let state: RunState
    let liveness: Liveness?
    let next: [String]

    var text: String {
        ([heading] + [executor].compactMap(\.self) + [""] + phases + [""] + ["Next:"] + next.map { "  \($0)" })
            .joined(separator: "\n")
    }

    private var heading: String {
        let end = state.endedAt ?? state.lastAt
        let direction = state.direction == .back ? ", going back" : ""
        return """
            \(state.id): \(state.plan.title)
            \(state.standing.words)\(direction)\(state.summary.isEmpty ? "" : ": \(state.summary)")
            started \(state.startedAt.inSeconds) by \(state.startedBy), \
            \(TimeText.seconds(from: state.startedAt, to: end)) until the \(state.endedAt == nil ? "last entry" : "end")
            """
    }

    private var executor: String? {
        guard let claim = state.claim else { return nil }
        let who = "process \(claim.executor.pid) on \(claim.executor.host), since \(claim.since.inSeconds)"
        switch liveness {
        case .alive, nil: return "held by \(claim.actor): \(who)"
        case .gone(let why): return "its executor is gone (\(who)): \(why)"
        case .unknown(let why): return "held by \(claim.actor): \(who); whether it lives is not known: \(why)"
        }
    }

    private var phases: [String] {
        state.plan.phases.flatMap { phase -> [String] in
            var table = TextTable(["  \(phase.title)"])
            var lines: [String] = []
            for step in state.plan.steps where step.phase == phase.id {
                let record = state.record(step.id)
                table.add(["    \(step.id)", record.standing.words, time(record), record.sentence])
                lines += details(step, record)
            }
            return [table.text] + lines
        }
    }

    private func time(_ record: StepRecord) -> String {
        guard let first = record.firstAt, let last = record.lastAt else { return "" }
        return "\(first.timeOfDay) \(TimeText.seconds(from: first, to: last))"
    }

    private func details(_ step: PlannedStep, _ record: StepRecord) -> [String] {
        var lines: [String] = []
        if record.attempts > 1 { lines.append("tried \(record.attempts) times") }
        if let person = record.approvedBy {
            let accepted =
                record.accepted.isEmpty ? "" : ", answering for \(record.accepted.sorted().joined(separator: ", "))"
            lines.append("approved by \(person)\(accepted)")
        }
        if let fault = record.fault {
            lines.append("\(fault.kind.rawValue): \(fault.place): \(fault.what). \(fault.next)")
        }
        if let refusal = record.refusal {
            lines.append("rule \(refusal.rule)" + (refusal.acceptance.map { "; a person may answer for \($0)" } ?? ""))
        }
        if let retryAt = record.retryAt { lines.append("again at \(retryAt.timeOfDay)") }
        return lines.map { "      \(step.id): \($0)" }
    }
}

extension StepStanding {
    /// The standing in words.
    var words: String {
        switch self {
        case .pending: "to do"
        case .asked: "waits for a yes"
        case .approved: "approved"
        case .denied: "denied"
        case .acting: "being done"
        case .succeeded: "done"
        case .failed: "failed"
        case .unknown: "unknown"
        case .refused: "refused"
        case .deferred: "owed"
        case .skipped: "left out"
        case .doubted: "in doubt"
        case .undoing: "being undone"
        case .undone: "undone"
        case .undoFailed: "undoing failed"
        case .undoUnknown: "undoing unknown"
        case .undoRefused: "undoing refused"
        case .undoDoubted: "undoing in doubt"
        case .left: "left as it is"
        }
    }
}
