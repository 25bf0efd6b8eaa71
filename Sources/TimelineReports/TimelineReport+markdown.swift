import FailoverModel

extension TimelineReport {
    /// One run's page as it is; several: what became of each, then each with its part, then one chronology of all.
    package var markdown: String {
        guard runs.count > 1 else { return runs[0].markdown(zone: zone) }
        let parts = runs.flatMap { run in run.markdownParts(zone).filter { !$0.isEmpty }.map(\.oneLevelDeeper) }
        return ([overview] + parts + [chronology]).joined(separator: "\n\n") + "\n"
    }

    private var overview: String {
        let table = runs[0].table(
            ["run", "what", "by", "began (UTC)", "after the first", "took", "state"],
            zip(runs, offsets).map { run, offset in
                [
                    run.run.asMarkdownName, run.title.forMarkdown, run.startedBy.forMarkdown,
                    run.started.time.description, offset.asOffset, run.milliseconds.asSeconds, run.standing.words,
                ]
            })
        return "# \(runs[0].title.forMarkdown), and what followed\n\n" + table
    }

    private var chronology: String {
        let local = zone.map { [$0.name.forMarkdown] } ?? []
        return runs[0].section(
            "Chronology of all runs", ["entry", "run", "time (UTC)"] + local + ["since start", "who", "step", "what"],
            items.map { placed in
                let item = placed.item
                let there = zone.map { [$0.text(item.time)] } ?? []
                return [item.entryCell, runs[placed.run].run.asMarkdownName, item.timeCell] + there + [
                    placed.position.asOffset, item.whoCell, item.step?.asMarkdownName ?? "", item.sentence.forMarkdown,
                ]
            })
    }
}

extension String {
    /// Headings one level down; text from outside never begins a line with `#`, because it is escaped.
    fileprivate var oneLevelDeeper: String {
        split(separator: "\n", omittingEmptySubsequences: false).map { $0.hasPrefix("#") ? "#\($0)" : "\($0)" }
            .joined(separator: "\n")
    }
}
