import FailoverModel

/// A run whose decisions were taken again.
struct ReplayedRun {
    var run: String
    var entries: Int
    var differences: [ReplayDifference]

    static func document(_ runs: [ReplayedRun]) -> JSONValue {
        [
            "same": .bool(runs.allSatisfy { $0.differences.isEmpty }),
            "runs": .array(
                runs.map { run in
                    [
                        "run": .string(run.run), "entries": .integer(Int64(run.entries)),
                        "differences": .array(run.differences.map(\.json)),
                    ]
                }),
        ]
    }
}

extension ReplayDifference {
    var json: JSONValue {
        [
            "kind": .string(kind.rawValue), "sequence": .integer(sequence), "step": step.map(JSONValue.string) ?? .null,
            "then": .string(then), "now": .string(now),
        ]
    }
}

/// What `replay --check` and `replay --runbook` show to people.
enum ReplayView {
    static func text(_ runs: [ReplayedRun], runbook: String?, style: TerminalStyle) -> String {
        var text = runs.flatMap { lines(of: $0, style) }
        let others = runs.count { !$0.differences.isEmpty }
        let who = runbook.map { "\($0) decides" } ?? "today's engine decides"
        let sum =
            switch (runs.count, others) {
            case (0, _): "There is no run to replay."
            case (_, 0): "\(count(runs.count, "run")) replayed: \(who) as it was decided then."
            default:
                "\(count(runs.count, "run")) replayed: in \(others == 1 ? "one" : "\(others)") of them \(who) otherwise."
            }
        if !text.isEmpty { text.append("") }
        text.append(style.paint(sum.shownSafely, others == 0 ? .green : .red))
        return text.joined(separator: "\n")
    }

    private static func lines(of run: ReplayedRun, _ style: TerminalStyle) -> [String] {
        guard !run.differences.isEmpty else {
            return [style.paint("✓", .green) + " \(run.run), \(count(run.entries, "entry", "entries"))".shownSafely]
        }
        var lines = [
            style.paint("✗", .red)
                + " \(run.run), \(count(run.entries, "entry", "entries")), \(count(run.differences.count, "difference"))"
                .shownSafely
        ]
        for difference in run.differences {
            let step = difference.step.map { "  \($0)" } ?? ""
            lines += ["", "  entry \(difference.sequence)\(step)".shownSafely]
            for (label, sentence) in [("then", difference.then), ("now", difference.now)] {
                let words = sentence.shownSafely.wrapped(to: max(20, style.size.columns - 10))
                lines += words.enumerated().map { "    \(($0 == 0 ? label : "").fitted(to: 4))  \($1)" }
            }
        }
        return lines
    }

    static func count(_ number: Int, _ one: String, _ several: String? = nil) -> String {
        "\(number) \(number == 1 ? one : several ?? one + "s")"
    }
}
