package import FailoverModel

/// Puts a new run into the journal, without doing anything yet.
package struct RunStarter: Sendable {
    package var journal: any RunJournal
    package var clock: any EngineClock
    package var actorName: String

    package init(journal: any RunJournal, clock: any EngineClock = SystemClock(), actorName: String) {
        self.journal = journal
        self.clock = clock
        self.actorName = actorName
    }

    /// Returns the new run's name: the runbook's with the sequence of its first entry, which nothing else can have.
    package func start(_ started: RunStarted) async throws -> String {
        while true {
            let head = try await journal.head()
            let run = "\(started.plan.runbook)-\(head.sequence + 1)"
            let entry = Event.runStarted(started).entry(run: run, time: clock.now(), actor: actorName)
            do {
                _ = try await journal.append([entry], expecting: head)
                return run
            } catch is HeadMoved {
                continue
            }
        }
    }
}
