import ArgumentParser
import FailoverModel

/// `handover runs`.
struct RunsCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "runs", abstract: "List the runs, newest first.",
        discussion: """
            Lists every run that is not over, and the \(RunsProjection.finishedKept) newest of those that are. \
            Older ones are in the journal still: handover show RUN.

            Example:
              handover runs --json
            """)

    @OptionGroup var common: CommonOptions

    func perform(_ invocation: Invocation) async throws -> ExitStatus {
        let file = JournalFile(invocation)
        let runs = try file.snapshot().projections.runs.newestFirst.map(file.listed)
        let measured = Self.measured(runs, file)
        if invocation.isJSON {
            invocation.print([
                "runs": .array(runs.map { RunSummaryDocument.json($0, measured: measured[$0.summary.id]) })
            ])
        } else {
            invocation.print(
                RunsView.render(
                    runs.map(\.summary), now: invocation.now, style: invocation.style,
                    abandoned: runs.abandoned, measured: measured, doing: Self.doing(runs, file)))
        }
        return .done
    }

    /// The steps that each run under way is at, by run.
    static func doing(_ runs: [ListedRun], _ file: JournalFile) -> [String: [String]] {
        runs.reduce(into: [:]) { doing, run in
            guard run.summary.standing == .running, let state = try? file.state(of: run.summary.id) else { return }
            doing[run.summary.id] = state.plan.steps.map(\.id).filter {
                [.acting, .undoing, .asked].contains(state.record($0).standing)
            }
        }
    }

    /// What the runs that moved the service came to, by run.
    static func measured(_ runs: [ListedRun], _ file: JournalFile) -> [String: MeasuredObjectives] {
        runs.reduce(into: [:]) { measured, run in
            guard run.summary.isPastPivot || run.summary.kind == .drill, let state = try? file.state(of: run.summary.id)
            else { return }
            measured[run.summary.id] = state.measuredObjectives(now: state.endedAt ?? state.lastAt)
        }
    }
}
