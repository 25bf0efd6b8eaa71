import ArgumentParser
import FailoverModel
import RunEngine

/// `handover diff`.
struct DiffCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Show what changed between two moments: sites, secrets, runs, what is owed.",
        discussion: """
            From the journal alone. A moment is an entry, as the timeline and status number them, or a time.

            Examples:
              handover diff 118 164
              handover diff 2026-11-23T03:12:45Z 2026-11-23T03:30:00Z
            """)

    @Argument(help: ArgumentHelp("The earlier moment: an entry, or a time (RFC 3339).", valueName: "sequence|time"))
    var from: JournalPoint
    @Argument(help: ArgumentHelp("The later moment.", valueName: "sequence|time"))
    var to: JournalPoint
    @OptionGroup var common: CommonOptions

    func perform(_ invocation: Invocation) async throws -> ExitStatus {
        let file = JournalFile(invocation)
        let (before, after) = (try file.snapshot(at: from), try file.snapshot(at: to))
        let changes =
            before.projections.changes(to: after.projections) + (try stepChanges(file, before, after))
        let document = DiffDocument(before: before, after: after, changes: changes)
        if invocation.isJSON {
            invocation.print(document.json)
        } else {
            invocation.print(document.text(invocation.style))
        }
        return .done
    }

    /// Steps that stand otherwise, of every run that something happened to in between.
    private func stepChanges(
        _ file: JournalFile, _ before: JournalSnapshot, _ after: JournalSnapshot
    ) throws -> [StateChange] {
        let limits = (before.head.sequence, after.head.sequence)
        let known = before.projections.runs.summaries.merging(after.projections.runs.summaries) { $1 }
        return try known.keys.sorted().flatMap { run -> [StateChange] in
            if before.projections.runs.summaries[run] == after.projections.runs.summaries[run] { return [] }
            let entries = try file.entries(run: run)
            func standings(through sequence: Int64) throws -> [String: StepStanding] {
                let past = entries.filter { $0.sequence <= sequence }
                if past.isEmpty { return [:] }
                let state = try RunState.folding(past, run: run)
                return Dictionary(state.plan.steps.map { ($0.id, state.record($0.id).standing) }) { first, _ in first }
            }
            let (old, new) = (try standings(through: limits.0), try standings(through: limits.1))
            return Set(old.keys).union(new.keys).sorted().compactMap { step in
                let (was, is_) = (old[step] ?? .pending, new[step] ?? .pending)
                guard was != is_ else { return nil }
                return StateChange(
                    area: .run, subject: run, what: "step \(step)", before: was.mark.word, after: is_.mark.word)
            }
        }
    }
}
