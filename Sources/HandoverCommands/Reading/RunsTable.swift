import FailoverModel

/// The list of runs as people read it.
enum RunsTable {
    static func text(_ runs: [ListedRun], _ invocation: Invocation) -> String {
        var table = TextTable(["RUN", "STATE", "FROM", "TO", "STARTED", "TOOK", "BY"])
        for run in runs {
            let summary = run.summary
            table.add([
                summary.id, state(run), summary.from, summary.to, summary.startedAt.inSeconds,
                summary.endedAt.map { TimeText.seconds(from: summary.startedAt, to: $0) } ?? "", summary.startedBy,
            ])
        }
        let abandoned = runs.filter(\.isAbandoned).map {
            "The executor of \($0.summary.id) is gone. Next: \(invocation.line("resume", $0.summary.id))"
        }
        return ([table.text] + abandoned).joined(separator: "\n")
    }

    static func state(_ run: ListedRun) -> String {
        run.isAbandoned ? "its executor is gone" : run.summary.standing.words
    }
}

extension RunStanding {
    /// The standing in words.
    var words: String {
        switch self {
        case .started: "not begun"
        case .running: "running"
        case .waiting: "waiting"
        case .failed: "stopped"
        case .refused: "refused"
        case .interrupted: "interrupted"
        case .completed: "completed"
        case .rolledBack: "rolled back"
        }
    }
}
