import FailoverModel

extension RunTimeline {
    var stepTable: String {
        section(
            "Steps", ["step", "at", "outcome", "tries", "began", "took", "of that waiting", "what was found"],
            steps.map { step in
                let tries = step.attempts.filter { $0.number != nil }.count
                return [
                    step.planned.id.asMarkdownName, step.planned.site.forMarkdown, step.standing.words, "\(tries)",
                    step.began.map(\.offset) ?? "", step.milliseconds.map(\.asSeconds) ?? "",
                    step.waitedMilliseconds > 0 ? step.waitedMilliseconds.asSeconds : "", step.sentence.forMarkdown,
                ]
            })
    }

    /// Only of steps that took more than one look or try; the others are told in one line above.
    var tryTable: String {
        let rows = steps.filter { $0.attempts.count > 1 }.flatMap { step in
            step.attempts.map { attempt in
                [
                    step.planned.id.asMarkdownName,
                    attempt.kind, attempt.intended?.offset ?? "",
                    attempt.ended?.offset ?? "", attempt.milliseconds.map(\.asSeconds) ?? "", attempt.words,
                    attempt.sentence.forMarkdown,
                ]
            }
        }
        return section(
            "Steps that took more than one try", ["step", "", "began", "ended", "took", "outcome", "what"], rows)
    }

    var roleTable: String {
        section(
            "What databases turned into", ["since start", "database", "from", "to"],
            roleChanges.map {
                [
                    $0.point.offset, [$0.site, $0.cluster].compactMap { $0?.forMarkdown }.joined(separator: " "),
                    $0.from ?? "not seen before", $0.to,
                ]
            })
    }

    var clockList: String {
        let steps = items.compactMap { item in item.clockWentBackMilliseconds.map { (item, $0) } }
        guard !steps.isEmpty else { return "" }
        return list(
            "The clock went back",
            steps.map { item, back in
                "By \(back.asSeconds) before entry \(item.point.sequence), to \(item.point.time). Durations over this "
                    + "place are too short by what really passed there."
            })
    }

    var chronology: String {
        section(
            "Chronology", ["entry", "time (UTC)", "since start", "who", "step", "what"],
            items.map { item in
                let back = item.clockWentBackMilliseconds.map { " **(clock went back \($0.asSeconds))**" } ?? ""
                return [
                    "\(item.point.sequence)", item.point.time.description + back, item.point.offset,
                    item.actor.forMarkdown, item.step?.asMarkdownName ?? "", item.sentence.forMarkdown,
                ]
            })
    }

    func list(_ title: String, _ lines: [String]) -> String {
        "## \(title)\n\n" + lines.map { "- \($0)" }.joined(separator: "\n")
    }

    /// Empty where there are no rows.
    func section(_ title: String, _ header: [String], _ rows: [[String]]) -> String {
        rows.isEmpty ? "" : "## \(title)\n\n" + table(header, rows)
    }

    func table(_ header: [String], _ rows: [[String]]) -> String {
        let rule = header.map { _ in "---" }
        return ([header, rule] + rows).map { "| \($0.joined(separator: " | ")) |" }.joined(separator: "\n")
    }
}

extension RunTimeline.Point {
    /// `+12.3 s` since the start of the run.
    var offset: String { "+\((elapsedMicroseconds / 1000).asSeconds)" }
}

extension RunTimeline.Attempt {
    fileprivate var kind: String {
        if let number { return "try \(number)" }
        switch outcome {
        case .skipped, .decidedDone, .decidedNotDone: return "a person's word"
        case .succeeded, .alreadySo, .adopted, .failed, .unknown, .refused, .deferred, .doubted, .lost, nil:
            return "look"
        }
    }

    fileprivate var words: String {
        switch outcome {
        case .succeeded: direction == .forward ? "done" : "undone"
        case .alreadySo: "nothing to do"
        case .adopted: "found done by the next executor or look"
        case .failed: "failed"
        case .unknown: "unknown"
        case .refused: "refused"
        case .deferred: "owed"
        case .doubted: "in doubt"
        case .skipped: "left out"
        case .decidedDone: "done, a person says"
        case .decidedNotDone: "not done, a person says"
        case .lost: "executor lost"
        case nil: "going on"
        }
    }
}

extension RunTimeline.Loss {
    fileprivate var place: String { [site, cluster].filter { !$0.isEmpty }.joined(separator: " ").forMarkdown }

    var headline: String {
        let words = estimate.map { "\($0)" } ?? "loss: unknown bytes, unknown time, last transaction kept: unknown"
        return "\(isPromoted ? "Loss" : "Loss there would have been") by promoting \(place): "
            + words.replacingPrefix("loss: ", with: "").forMarkdown
    }

    func row(objective: Int64?) -> [String] {
        let least = estimate?.isAtLeastAsOf == nil ? "" : "at least "
        let time = estimate?.milliseconds
        return [
            place, estimate?.bytes.map { "\(least)\($0)" } ?? "unknown", time.map { least + $0.asSeconds } ?? "unknown",
            estimate?.lastTransactionAt?.description ?? "unknown",
            forkPosition.map { position in
                position.forMarkdown + (oldTimeline.map { " of timeline \($0)" } ?? "")
                    + (newTimeline.map { ", now timeline \($0)" } ?? "")
            } ?? "unknown",
            judged(time, objective: objective),
        ]
    }

    private func judged(_ time: Int64?, objective: Int64?) -> String {
        guard let objective else { return "none" }
        guard let time else { return "\(objective.asSeconds), unknown whether met" }
        if time > objective { return "\(objective.asSeconds), missed" }
        return "\(objective.asSeconds), " + (estimate?.isAtLeastAsOf == nil ? "met" : "met as far as is known")
    }

    fileprivate var remarkTime: Moment? { estimate?.isAtLeastAsOf }

    /// What the figures leave out.
    var remark: String? {
        remarkTime.map { "What the old primary of \(place) wrote after \($0) is not in these figures: nobody saw it." }
    }
}

extension String {
    fileprivate func replacingPrefix(_ prefix: String, with other: String) -> String {
        hasPrefix(prefix) ? other + dropFirst(prefix.count) : self
    }
}
