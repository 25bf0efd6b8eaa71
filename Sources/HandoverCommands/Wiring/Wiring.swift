package import FailoverModel
import Glibc
package import RunEngine
package import Systems

/// What the program is put together from. A test exchanges parts: another console, fake systems, or a journal and
/// commands that end the process at a chosen boundary.
package struct Wiring: Sendable {
    package var console: Console
    package var environment: @Sendable (String) -> String?
    package var clock: any EngineClock
    package var registry: any ExecutorRegistry
    package var executor: @Sendable () throws -> Executor
    /// Put around the journal of everything that appends.
    package var journal: @Sendable (any RunJournal) -> any RunJournal
    /// Put around the commands of the real systems, or in their place.
    package var commands: @Sendable ([String: any StepCommand]) -> [String: any StepCommand]
    /// What carries messages to the topology's hooks.
    package var hooks: any HTTPTransport
    /// Whether signals ask a run to stop; only one run of a process at a time can have them.
    package var handlesSignals: Bool

    package init(
        console: Console = .standard,
        environment: @escaping @Sendable (String) -> String? = { getenv($0).map { String(cString: $0) } },
        clock: any EngineClock = SystemClock(), registry: any ExecutorRegistry = LocalExecutors(),
        executor: @escaping @Sendable () throws -> Executor = { try LocalExecutors.current() },
        journal: @escaping @Sendable (any RunJournal) -> any RunJournal = { $0 },
        commands: @escaping @Sendable ([String: any StepCommand]) -> [String: any StepCommand] = { $0 },
        hooks: any HTTPTransport = HTTPClient(), handlesSignals: Bool = true
    ) {
        self.console = console
        self.environment = environment
        self.clock = clock
        self.registry = registry
        self.executor = executor
        self.journal = journal
        self.commands = commands
        self.hooks = hooks
        self.handlesSignals = handlesSignals
    }
}
