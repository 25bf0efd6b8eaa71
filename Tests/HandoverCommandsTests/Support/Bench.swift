import FailoverModel
import Foundation
import HandoverTestSupport
import JournalStore
import RunEngine
import Synchronization
import Testing

@testable import HandoverCommands

/// A directory with topology, runbook and journal, on fake systems, and the program to be called on it.
final class Bench: Sendable {
    let systems = FakeSystems()
    /// Answers in place of every alert hook.
    let hooks = ScriptedHooks()
    let directory: String
    var journal: String { "\(directory)/journal.sqlite" }
    var runbook: String { "\(directory)/small.yaml" }
    var topology: String { "\(directory)/topology.yaml" }

    struct Ended {
        let code: Int32
        let output: String
        let error: String

        /// The one document of `--json`; null where it is anything else.
        var json: JSONValue { (try? JSONValue(json: Array(output.utf8))) ?? .null }
    }

    /// Calls `body` with a bench of its own and removes it.
    static func with(_ body: (Bench) async throws -> Void) async throws {
        let bench = try Bench()
        defer { try? FileManager.default.removeItem(atPath: bench.directory) }
        try await body(bench)
    }

    private init() throws {
        directory = NSTemporaryDirectory() + "handover-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try write(Self.topologyText, to: topology)
        try write(Self.runbookText, to: runbook)
    }

    func write(_ text: String, to path: String) throws {
        try text.write(toFile: path, atomically: false, encoding: .utf8)
    }

    /// Calls the program with the bench's files. `typed`: what a person types, one line a question.
    func call(_ arguments: String..., typed: [String]? = nil) async -> Ended { await call(arguments, typed: typed) }

    func call(
        _ arguments: [String], typed: [String]? = nil, environment: [String: String] = [:],
        registry: any ExecutorRegistry = LocalExecutors(),
        journal decorate: @escaping @Sendable (any RunJournal) -> any RunJournal = { $0 },
        ask: (@Sendable (_ prompt: String) async -> String?)? = nil,
        written: @escaping @Sendable (String) -> Void = { _ in }
    ) async -> Ended {
        let captured = Captured(lines: typed ?? [])
        var environment = environment
        environment["HANDOVER_JOURNAL"] = environment["HANDOVER_JOURNAL"] ?? journal
        environment["HANDOVER_TOPOLOGY"] = environment["HANDOVER_TOPOLOGY"] ?? topology
        environment["HANDOVER_ACTOR"] = environment["HANDOVER_ACTOR"] ?? "anna"
        let wiring = Wiring(
            console: Console(
                output: { text in
                    captured.output.withLock { $0 += text }
                    written(text)
                },
                error: { text in captured.error.withLock { $0 += text } }, isInteractive: typed != nil || ask != nil,
                ask: { prompt in
                    if let ask { return await ask(prompt) }
                    captured.error.withLock { $0 += prompt }
                    return captured.lines.withLock { $0.isEmpty ? nil : $0.removeFirst() }
                }),
            environment: { [environment] in environment[$0] }, registry: registry, journal: decorate,
            commands: systems.commands, hooks: hooks, handlesSignals: false)
        let code = await HandoverProgram.run(arguments, wiring: wiring)
        return Ended(code: code, output: captured.output.withLock(\.self), error: captured.error.withLock(\.self))
    }

    private final class Captured: Sendable {
        let output = Mutex("")
        let error = Mutex("")
        let lines: Mutex<[String]>

        init(lines: [String]) { self.lines = Mutex(lines) }
    }

    /// Begins the failover of the small runbook.
    func run(_ more: String..., typed: [String]? = nil) async -> Ended {
        await call(["run", runbook, "--from", "dc1", "--to", "dc2", "--json"] + more, typed: typed)
    }

    /// Appends events directly, as another process would.
    func append(
        _ run: String, _ events: [Event], actor: String = "ben", at moment: Moment = SystemClock().now()
    ) async throws {
        let writer = try JournalWriter(path: journal)
        let head = try await writer.head()
        let entries = events.map { $0.entry(run: run, time: moment, actor: actor) }
        _ = try await writer.append(entries, expecting: head)
    }

    static let topologyText = """
        name: bench
        sites:
          dc1:
            postgres: {main: {host: 127.0.0.1, user: handover, replication: {user: replicator, applicationName: dc1, slot: dc1}}}
            kubernetes: {namespace: ess, release: ess}
          dc2:
            postgres: {main: {host: 127.0.0.1, port: 5433, user: handover, replication: {user: replicator}}}
            kubernetes: {namespace: ess, release: ess}
          dc3:
            postgres: {main: {host: 127.0.0.1, port: 5434, user: handover, replication: {user: replicator}}}
            kubernetes: {namespace: ess, release: ess}
        """

    static let runbookText = """
        name: small
        title: Move from {from} to {to}
        phases:
          - id: disable
            title: Disable {from}
            steps:
              - {id: remove, title: Remove it, command: kubernetes.scale-down, site: from, whenUnreachable: defer, retry: {attempts: 1}}
          - id: activate
            title: Activate {to}
            steps:
              - {id: catch-up, title: Catch up, command: postgres.catch-up, site: to, retry: {attempts: 1}}
              - id: promote
                title: Promote {to}
                command: postgres.promote
                site: to
                needs: [catch-up]
                pivot: true
                approval: Is {from} down?
                accepts: ["{from}-is-down"]
                retry: {attempts: 1}
              - {id: start, title: Start it, command: kubernetes.scale-up, site: to, needs: [promote], retry: {attempts: 1}}
        """
}
