import FailoverModel
import JournalStore
import RunEngine
import StatusPage

/// Answers that persons give on the page: the same events as `handover approve` and `deny` append, in one append or none.
struct PageAnswers {
    let invocation: Invocation

    /// Throws a `PageRefusal` where it is not taken: what was asked is another question by now, or none.
    func give(_ answer: PageAnswer) async throws {
        do {
            let journal = try await JournalFile(invocation).openForWriting()
            while true {
                do {
                    try await give(answer, journal)
                    return await journal.saveProjections()
                } catch is PinnedJournal.Moved {}
            }
        } catch let refusal as PageRefusal {
            throw refusal
        } catch {
            let failure = CommandFailure(error, invocation: invocation)
            throw PageRefusal("\(failure.place.isEmpty ? "" : "\(failure.place): ")\(failure.what)", next: failure.next)
        }
    }

    /// At one head: nothing is appended where somebody else was faster.
    private func give(_ answer: PageAnswer, _ journal: StoredJournal) async throws {
        let head = try await journal.head()
        let entries = try await journal.entries(run: answer.run).filter { $0.sequence <= head.sequence }
        guard !entries.isEmpty else { throw RunError.noSuchRun(answer.run) }
        let state = try RunState.folding(entries, run: answer.run)
        guard let step = state.plan.step(answer.step), let question = StepQuestion(state, step: step) else {
            throw PageRefusal(
                "step \(answer.step) of \(answer.run) waits for no answer any more",
                next: "The page of the run shows how it stands now")
        }
        guard question.digest == answer.seen else {
            throw PageRefusal(
                "step \(answer.step) asks something else by now than the page that you answered had shown",
                next: "Read what it asks now, and answer that")
        }
        let said = answer.said?.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        if answer.isYes, let word = question.word, said != word {
            throw PageRefusal(
                "this is the point of no return, and a yes is the word \(word), typed; what came was "
                    + (said.map { "\"\($0.prefix(40))\"" } ?? "nothing"),
                next: "Type \(word), or answer no")
        }
        let acts = PersonalActs(
            journal: PinnedJournal(journal: journal, pin: head), clock: invocation.wiring.clock, actorName: answer.actor
        )
        if answer.isYes {
            _ = try await acts.approve(run: answer.run, step: answer.step, reason: answer.reason)
        } else {
            _ = try await acts.deny(run: answer.run, step: answer.step, reason: answer.reason)
        }
    }
}
