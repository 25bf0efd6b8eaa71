import FailoverModel
import RunEngine

/// What the commands share with which a person says something about a run.
struct PersonalCommand {
    let invocation: Invocation
    let run: String
    let acts: PersonalActs
    private let journal: StoredJournal

    init(_ invocation: Invocation, run name: String) async throws {
        let file = JournalFile(invocation)
        self.invocation = invocation
        run = try file.lookup().named(name)
        journal = try await file.openForWriting()
        invocation.courier.begin(invocation, file: file)
        acts = PersonalActs(journal: journal, clock: invocation.wiring.clock, actorName: try invocation.actor)
    }

    /// Shows what was said and how the run stands now.
    func end(_ state: RunState, _ said: String) async -> ExitStatus {
        await journal.saveProjections()
        let liveness = journal.file.liveness(of: state)
        let isAbandoned = liveness?.isGone ?? false
        let next = NextLines.of(state, invocation, isAbandoned: isAbandoned)
        if invocation.isJSON {
            invocation.print(RunDocument(state: state, liveness: liveness, next: next).json(endingWith: .done))
        } else {
            let isGoingOn = state.standing == .running && !isAbandoned
            invocation.print(
                ([said] + (isGoingOn ? ["The run takes it in by itself."] : ["Next:"] + next.map { "  \($0)" }))
                    .joined(separator: "\n"))
        }
        return .done
    }

    func saved() async { await journal.saveProjections() }
}
