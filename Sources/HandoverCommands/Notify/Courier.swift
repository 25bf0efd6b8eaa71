import FailoverModel
import RunEngine
import Synchronization
import Systems

/// Tells the topology's hooks how runs go, beside whatever else the process does, and never in its way.
final class Courier: Sendable {
    /// How often the journal is looked at.
    private static let everyMilliseconds: Int64 = 200

    let workers: [HookWorker]
    private let clock: any EngineClock
    private let isClosing = Atomic<Bool>(false)
    private let outcomes = Mutex<[String: HookWorker.Outcome]>([:])

    init(workers: [HookWorker], clock: any EngineClock) {
        self.workers = workers
        self.clock = clock
    }

    /// Goes on until `close`, or until the task is cancelled; each hook by itself, so that none holds up another.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            for worker in workers { group.addTask { await self.serve(worker) } }
        }
    }

    /// Everything is tried once more, and then `run` returns.
    func close() { isClosing.store(true, ordering: .sequentiallyConsistent) }

    private func serve(_ worker: HookWorker) async {
        while !Task.isCancelled {
            let isLast = isClosing.load(ordering: .sequentiallyConsistent)
            let outcome = await worker.pass(isLast: isLast)
            outcomes.withLock { $0[worker.hook.name] = outcome }
            if isLast { return }
            await clock.sleep(milliseconds: Self.everyMilliseconds)
        }
    }

    /// A line for each hook that does not know everything yet, and who tells it the rest.
    func untold(typing notify: String) async -> [String] {
        var lines: [String] = []
        for worker in workers {
            let place = "\(worker.hook.name) (\(worker.hook.form.rawValue))"
            switch outcomes.withLock({ $0[worker.hook.name] }) {
            case .told, .elsewhere: continue
            case .later, nil:
                guard let trouble = await worker.trouble else {
                    lines.append("\(place) does not know everything yet. The next command tells it, or: \(notify)")
                    continue
                }
                let rest =
                    trouble.kind == .lasting
                    ? "\(trouble.fault.next). Then: \(notify)"
                    : "The next command tells it, or handover watch, or: \(notify)"
                lines.append("\(place) does not know everything yet: \(trouble.fault.what). \(rest)")
            }
        }
        return lines
    }
}
