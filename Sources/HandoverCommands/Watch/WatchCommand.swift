import ArgumentParser
import FailoverModel
import RunEngine
import Systems

/// `handover watch`.
struct WatchCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Check again and again, keep what is seen, and tell of what is not in order.",
        discussion: """
            Keeps in the journal what changes, the positions of the databases every five minutes and the rest every hour, \
            so that a loss can be told when a site is gone; a month of three sites takes less than 50 MB. What fails in two \
            rounds running is told once to the topology's alert hooks, and once when it is over; a split brain is told at \
            once. With "watch: {settle: automatic, splitBrain: fence}" in the topology it settles a site that answers again, \
            and fences an old primary that comes back beside the right one, as runs of their own. Runs until it is \
            stopped (SIGINT or SIGTERM), whatever becomes of what it watches. Under systemd: Type=notify.

            Examples:
              handover watch
              handover watch --every 10s --metrics 127.0.0.1:9464
            """)

    @Option(help: ArgumentHelp("How long from one round to the next, such as 30s or 2m.", valueName: "duration"))
    var every = "30s"
    @Option(help: ArgumentHelp("Where Prometheus finds /metrics of the last round.", valueName: "host:port"))
    var metrics: String?
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard let milliseconds = DurationText.milliseconds(every), (1000...3_600_000).contains(milliseconds) else {
            throw ValidationError("--every is from 1s to 1h, written like 30s or 2m.")
        }
        if let metrics, MetricsServer.Address(metrics) == nil {
            throw ValidationError("--metrics is written like 127.0.0.1:9464.")
        }
    }

    func perform(_ invocation: Invocation) async throws -> ExitStatus {
        let topology = try TopologyFile.read(invocation)
        _ = try await JournalFile(invocation).openForWriting()
        let server = MetricsServer()
        let loop = try WatchLoop(
            invocation: invocation, topology: topology, actor: invocation.actor,
            milliseconds: DurationText.milliseconds(every) ?? 30_000, metrics: server)
        guard let address = metrics.flatMap(MetricsServer.Address.init) else { return try await loop.run() }
        // Whichever ends first ends the other: the loop when it is asked to, the server when it cannot serve.
        return try await withThrowingTaskGroup(of: ExitStatus.self) { group in
            group.addTask { try await loop.run() }
            group.addTask {
                try await server.run(on: address)
                return .done
            }
            defer { group.cancelAll() }
            return try await group.next() ?? .done
        }
    }
}
