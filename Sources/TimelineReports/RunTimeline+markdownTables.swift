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

    var outsideTable: String {
        section(
            "From elsewhere", ["time (UTC)", "since start", "where", "who", "what"],
            items.filter { $0.kind == .outside }.map { item in
                [
                    item.time.description, item.offset, item.source?.forMarkdown ?? "",
                    item.author?.forMarkdown ?? "", item.outsideText.forMarkdown,
                ]
            })
    }

    /// Which steps made it as long as it was.
    var pathTable: String {
        guard let path = criticalPath, let last = path.links.last else { return "" }
        let rows = path.links.filter { $0.milliseconds > 0 }.map { link in
            [
                link.step.asMarkdownName, link.milliseconds.asSeconds, link.waitingMilliseconds.asSecondsOrEmpty,
                link.workingMilliseconds.asSecondsOrEmpty, link.pausingMilliseconds.asSecondsOrEmpty,
                link.lookingMilliseconds.asSecondsOrEmpty, link.nobodyMilliseconds.asSecondsOrEmpty,
                link.gainMilliseconds.map(\.asSeconds) ?? "",
            ]
        }
        guard !rows.isEmpty else { return "" }
        return "## What made it take that long\n\nEach of these steps could begin only when the one before was done; "
            + "\(last.step.asMarkdownName) was done \(path.milliseconds.asSeconds) after the start. The last column "
            + "says how much sooner that would have been had the step taken no time.\n\n"
            + table(
                ["step", "took", "waiting for people", "doing", "between tries", "looking", "nobody", "would gain"],
                rows)
    }

    /// Where times are not what they seem.
    var oddityList: String {
        oddities.isEmpty ? "" : list("Where times are not what they seem", oddities.map(\.forMarkdown))
    }

    /// Clocks that jumped, silences that nothing explains, what was written down later: one sentence each.
    var oddities: [String] {
        items.compactMap { item in
            item.clockWentBackMilliseconds.map {
                "The clock went back by \($0.asSeconds) before entry \(item.point.sequence), to \(item.point.time). "
                    + "Durations over this place are too short by what really passed there."
            }
        }
            + silences.map { silence in
                let what =
                    silence.steps.isEmpty
                    ? "nothing was under way" : "\(silence.steps.joined(separator: ", ")) may not take so long"
                return "Between entries \(silence.began.sequence) and \(silence.ended.sequence) lie "
                    + "\(silence.milliseconds.asSeconds), and \(what): the clock was set forward, or the machine stood "
                    + "still. Durations over this place may be too long."
            }
            + uncertainPlaces
    }

    private var uncertainPlaces: [String] {
        let entries = items.filter(\.isPlaceUncertain).map { "\($0.point.sequence)" }
        guard !entries.isEmpty else { return [] }
        return [
            "What entr\(entries.count == 1 ? "y" : "ies") \(entries.joined(separator: ", ")) tell\(entries.count == 1 ? "s" : "") "
                + "of happened at a time which the clock showed twice, and may belong to either place."
        ]
    }

    func chronology(_ zone: LocalZone?) -> String {
        let local = zone.map { [$0.name.forMarkdown] } ?? []
        return section(
            "Chronology", ["entry", "time (UTC)"] + local + ["since start", "who", "step", "what"],
            items.map { item in
                [item.entryCell, item.timeCell] + (zone.map { [$0.text(item.time)] } ?? []) + [
                    item.offset, item.whoCell, item.step?.asMarkdownName ?? "", item.sentence.forMarkdown,
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
    var offset: String { elapsedMicroseconds.asOffset }
}

extension RunTimeline.Item {
    var offset: String { position.asOffset }
    var entryCell: String { "\(point.sequence)" }
    var whoCell: String { source.map { "\($0)\(author.map { ", \($0)" } ?? "")".forMarkdown } ?? actor.forMarkdown }

    var timeCell: String {
        let back = clockWentBackMilliseconds.map { " **(clock went back \($0.asSeconds))**" } ?? ""
        let late = lateMilliseconds.map { " (written down \($0.asLateness))" } ?? ""
        return time.description + back + late + (isPlaceUncertain ? " **(place uncertain)**" : "")
    }

    /// What an event from elsewhere says, without where it comes from.
    var outsideText: String {
        let prefix = (source ?? "") + (author.map { ", \($0)" } ?? "") + ": "
        return sentence.hasPrefix(prefix) ? String(sentence.dropFirst(prefix.count)) : sentence
    }
}

extension RunTimeline.Attempt {
    var kind: String {
        if let number { return "try \(number)" }
        switch outcome {
        case .skipped, .decidedDone, .decidedNotDone: return "a person's word"
        case .succeeded, .alreadySo, .adopted, .failed, .unknown, .refused, .deferred, .doubted, .lost, nil:
            return "look"
        }
    }

    var words: String {
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
    var place: String { [site, cluster].filter { !$0.isEmpty }.joined(separator: " ").forMarkdown }

    var headline: String {
        let words = estimate.map { "\($0)" } ?? "loss: unknown bytes, unknown time, last transaction kept: unknown"
        return "\(isPromoted ? "Loss" : "Loss there would have been") by promoting \(place): "
            + words.replacingPrefix("loss: ", with: "").forMarkdown
    }

    func row(objective: Int64?) -> [String] { cells(objective: objective).map(\.forMarkdown) }

    /// As text of no format: database, bytes, time, last transaction kept, where it forked, the objective.
    func cells(objective: Int64?) -> [String] {
        let least = estimate?.isAtLeastAsOf == nil ? "" : "at least "
        let time = estimate?.milliseconds
        return [
            [site, cluster].filter { !$0.isEmpty }.joined(separator: " "),
            estimate?.bytes.map { "\(least)\($0)" } ?? "unknown", time.map { least + $0.asSeconds } ?? "unknown",
            estimate?.lastTransactionAt?.description ?? "unknown",
            forkPosition.map { position in
                position + (oldTimeline.map { " of timeline \($0)" } ?? "")
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

    /// What the figures leave out.
    var remarkText: String? {
        estimate?.isAtLeastAsOf.map { moment in
            "What the old primary of \([site, cluster].filter { !$0.isEmpty }.joined(separator: " ")) wrote after "
                + "\(moment) is not in these figures: nobody saw it."
        }
    }

    var remark: String? { remarkText?.forMarkdown }
}

extension String {
    fileprivate func replacingPrefix(_ prefix: String, with other: String) -> String {
        hasPrefix(prefix) ? other + dropFirst(prefix.count) : self
    }
}
