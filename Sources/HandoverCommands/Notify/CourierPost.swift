import FailoverModel
import JournalStore
import RunEngine
import Synchronization
import Systems

/// The one courier of a call of the program: begun by the first thing that appends to a run, ended after the last word.
final class CourierPost: Sendable {
    /// How long a command that is done waits for hooks; then the next one tells the rest.
    private static let closingMilliseconds: Int64 = 5000
    /// After this it says what it waits for.
    private static let silentMilliseconds: Int64 = 1000

    private struct Begun {
        var courier: Courier
        var task: Task<Void, Never>
    }

    private let begun = Mutex<Begun?>(nil)

    /// Does nothing where it goes on already, where no hook is told of runs, or where the journal cannot be read.
    ///
    /// `run` is the one that is about to be carried out: a hook that was never told anything begins with it where it has
    /// just begun, and with what comes next otherwise. `say` is for what a person at this command should see at once.
    func begin(
        _ invocation: Invocation, topology: Topology, file: JournalFile, run: String? = nil,
        say: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        begun.withLock { begun in
            guard begun == nil,
                let courier = try? Courier(invocation, topology: topology, file: file, run: run, say: say),
                !courier.workers.isEmpty
            else { return }
            begun = Begun(courier: courier, task: Task { await courier.run() })
        }
    }

    /// As `begin`, for what a person says about a run: there may be no topology at hand.
    func begin(_ invocation: Invocation, file: JournalFile) {
        guard SmallText.exists(invocation.topologyPath), let topology = try? TopologyFile.read(invocation) else {
            return
        }
        begin(invocation, topology: topology, file: file)
    }

    /// Lets everything be told, for a short while at most, and says what could not be.
    func end(_ invocation: Invocation) async {
        guard let begun = begun.withLock(\.self) else { return }
        begun.courier.close()
        let clock = invocation.wiring.clock
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                await begun.task.value
                return true
            }
            group.addTask {
                await clock.sleep(milliseconds: Self.silentMilliseconds)
                if Task.isCancelled { return false }
                invocation.say("Telling the alert hooks how it went (\(Self.closingMilliseconds / 1000) s at most) …")
                await clock.sleep(milliseconds: Self.closingMilliseconds - Self.silentMilliseconds)
                return false
            }
            if await group.next() == false { begun.task.cancel() }
            group.cancelAll()
        }
        let notify = invocation.line("notify")
        for line in await begun.courier.untold(typing: notify) { invocation.say(line.shownSafely) }
    }
}

extension Courier {
    convenience init(
        _ invocation: Invocation, topology: Topology, file: JournalFile, run: String?,
        say: @escaping @Sendable (String) -> Void
    ) throws {
        let sender = HookSender(topology, invocation)
        let hooks = sender.hooks(for: .runs)
        guard !hooks.isEmpty else {
            self.init(workers: [], clock: invocation.wiring.clock)
            return
        }
        let reader = try file.reader()
        let entries = try run.map { try reader.entries(run: $0) } ?? []
        let isFresh = try run.map { try RunState.folding(entries, run: $0).standing == .started } ?? false
        let beginning = isFresh ? entries[0].sequence - 1 : try reader.head().sequence
        let words = NoticeWords(invocation, topology: topology)
        self.init(
            workers: hooks.map {
                HookWorker(
                    hook: $0, sender: sender, source: JournalSource(reader: reader), journalPath: file.path,
                    words: words, clock: invocation.wiring.clock, beginning: beginning, say: say)
            }, clock: invocation.wiring.clock)
    }
}

extension HookSender {
    init(_ topology: Topology, _ invocation: Invocation) {
        self.init(
            topology: topology,
            secrets: LocalSecrets(environment: invocation.wiring.environment) { invocation.say($0) },
            transport: invocation.wiring.hooks)
    }
}
