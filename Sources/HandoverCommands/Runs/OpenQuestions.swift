import FailoverModel
import RunEngine

/// Questions that an earlier executor put into the journal and nobody answered; whoever goes on with the run answers
/// them.
struct OpenQuestions {
    let run: String
    let journal: StoredJournal
    let invocation: Invocation
    let approver: any Approver

    /// Leaves them alone where somebody may still be at work on the run.
    func answer() async throws {
        let state = try journal.file.state(of: run)
        let isFree = journal.file.liveness(of: state)?.isGone ?? true
        guard isFree, state.direction == .forward else { return }
        let acts = PersonalActs(
            journal: journal, clock: invocation.wiring.clock, actorName: try invocation.actor)
        for step in state.plan.steps where state.record(step.id).standing == .asked {
            guard let question = step.approval, let answer = await approver.answer(step: step, question: question)
            else { continue }
            _ =
                answer.isYes
                ? try await acts.approve(run: run, step: step.id, reason: answer.reason)
                : try await acts.deny(run: run, step: step.id, reason: answer.reason)
        }
    }
}
