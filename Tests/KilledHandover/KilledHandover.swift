import FailoverModel
import Glibc
import HandoverCommands
import RunEngine
import Synchronization
import Systems

/// `handover`, but it kills itself with SIGKILL at the boundary that `HANDOVER_KILL_AT` names:
/// `before-append TYPE STEP`, `after-append TYPE STEP`, `before-act STEP`, `during-act STEP`, `after-act STEP`,
/// `after-message NUMBER` (an alert hook has taken so many).
@main enum KilledHandover {
    static func main() async {
        let words = getenv("HANDOVER_KILL_AT").map { String(cString: $0).split(separator: " ").map(String.init) } ?? []
        let boundary = Boundary(words: words)
        let wiring = Wiring(
            journal: { KillingJournal(journal: $0, boundary: boundary) },
            commands: { $0.mapValues { KillingCommand(command: $0, boundary: boundary) } },
            hooks: KillingHooks(boundary: boundary))
        exit(await HandoverProgram.run(Array(CommandLine.arguments.dropFirst()), wiring: wiring))
    }
}

struct Boundary: Sendable {
    let words: [String]

    func pass(_ words: [String]) { if words == self.words { kill(getpid(), SIGKILL) } }
}

struct KillingJournal: RunJournal {
    let journal: any RunJournal
    let boundary: Boundary

    func head() async throws -> JournalHead { try await journal.head() }
    func entries(after sequence: Int64) async throws -> [Entry] { try await journal.entries(after: sequence) }
    func entries(run: String) async throws -> [Entry] { try await journal.entries(run: run) }

    func append(_ entries: [NewEntry], expecting head: JournalHead) async throws -> JournalHead {
        pass("before-append", entries)
        let head = try await journal.append(entries, expecting: head)
        pass("after-append", entries)
        return head
    }

    private func pass(_ moment: String, _ entries: [NewEntry]) {
        for new in entries {
            let entry = Entry(
                sequence: 0, run: new.run, time: new.time, actor: new.actor, type: new.type, version: new.version,
                payload: new.payload, hash: [])
            let step = (try? Event(entry))?.step
            boundary.pass([moment, new.type] + (step.map { [$0] } ?? []))
        }
    }
}

struct KillingCommand: StepCommand {
    let command: any StepCommand
    let boundary: Boundary

    func examine(_ context: StepContext) async throws(Fault) -> Finding { try await command.examine(context) }

    func act(_ context: StepContext, on finding: Finding) async throws(Fault) {
        boundary.pass(["before-act", context.step])
        if boundary.words == ["during-act", context.step] {
            // Long enough to be connected and to have sent the statement, shorter than a promotion takes.
            Task.detached {
                try? await Task.sleep(for: .milliseconds(40))
                kill(getpid(), SIGKILL)
            }
        }
        try await command.act(context, on: finding)
        boundary.pass(["after-act", context.step])
    }

    func verify(_ context: StepContext, after finding: Finding) async throws(Fault) -> Finding {
        try await command.verify(context, after: finding)
    }

    func examineUndo(_ context: StepContext) async throws(Fault) -> Finding { try await command.examineUndo(context) }

    func undo(_ context: StepContext, on finding: Finding) async throws(Fault) {
        boundary.pass(["before-undo", context.step])
        try await command.undo(context, on: finding)
        boundary.pass(["after-undo", context.step])
    }
}

/// Lets a message be taken, and ends before anything can note that it was.
final class KillingHooks: HTTPTransport {
    private let client = HTTPClient()
    private let boundary: Boundary
    private let count = Mutex(0)

    init(boundary: Boundary) { self.boundary = boundary }

    func send(_ request: HTTPRequest) async throws(Fault) -> HTTPResponse {
        let answer = try await client.send(request)
        let number = count.withLock { count in
            count += 1
            return count
        }
        boundary.pass(["after-message", "\(number)"])
        return answer
    }
}
