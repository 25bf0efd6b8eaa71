package import FailoverModel
package import RunEngine
import Synchronization

/// A process that can be killed at a chosen boundary; whatever holds it does nothing more from then on.
package final class Life: Sendable {
    private struct State {
        var boundaries = 0
        var killAt: Int?
        var isDead = false
        var reached: [String] = []
    }

    package struct Died: Error {}

    private let state: Mutex<State>

    /// `killAt` counts boundaries from 1; `nil` lives on.
    package init(killAt: Int? = nil) { state = Mutex(State(killAt: killAt)) }

    package var isDead: Bool { state.withLock(\.isDead) }
    package var boundariesReached: [String] { state.withLock(\.reached) }

    package func kill() { state.withLock { $0.isDead = true } }

    /// Passes a boundary; from the chosen one on everything throws.
    package func pass(_ name: String) throws {
        try state.withLock { state in
            state.boundaries += 1
            state.reached.append(name)
            if state.boundaries == state.killAt { state.isDead = true }
            if state.isDead { throw Died() }
        }
    }
}

/// One process's way to the journal.
package struct JournalOfOneLife: RunJournal {
    package let journal: MemoryJournal
    package let life: Life

    package init(_ journal: MemoryJournal, life: Life = Life()) {
        self.journal = journal
        self.life = life
    }

    package func head() async throws -> JournalHead {
        if life.isDead { throw Life.Died() }
        return try await journal.head()
    }

    package func append(_ entries: [NewEntry], expecting head: JournalHead) async throws -> JournalHead {
        let name = entries.map(\.type).joined(separator: "+")
        try life.pass("before \(name)")
        await Task.yield()
        let head = try await journal.append(entries, expecting: head)
        try life.pass("after \(name)")
        return head
    }

    package func entries(after sequence: Int64) async throws -> [Entry] {
        if life.isDead { throw Life.Died() }
        return try await journal.entries(after: sequence)
    }

    package func entries(run: String) async throws -> [Entry] {
        if life.isDead { throw Life.Died() }
        return try await journal.entries(run: run)
    }
}

/// Says that an executor lives exactly while its `Life` does.
package final class LivesRegistry: ExecutorRegistry {
    private let lives = Mutex<[String: Life]>([:])

    package init() {}

    package func register(_ life: Life, as identity: String) { lives.withLock { $0[identity] = life } }

    package func liveness(of executor: Executor) -> Liveness {
        guard let life = lives.withLock({ $0[executor.identity] }) else { return .gone("nobody knows it") }
        return life.isDead ? .gone("process \(executor.pid) is gone") : .alive
    }
}
