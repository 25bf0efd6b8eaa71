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
            rounds running is told once to the topology's alert hooks, and once when it is over. Runs until it is \
            stopped (SIGINT or SIGTERM), whatever becomes of what it watches. Under systemd: Type=notify.

            Examples:
              handover watch
              handover watch --every 10s
            """)

    @Option(help: ArgumentHelp("How long from one round to the next, such as 30s or 2m.", valueName: "duration"))
    var every = "30s"
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard let milliseconds = DurationText.milliseconds(every), (1000...3_600_000).contains(milliseconds) else {
            throw ValidationError("--every is from 1s to 1h, written like 30s or 2m.")
        }
    }

    func perform(_ invocation: Invocation) async throws -> ExitStatus {
        let topology = try TopologyFile.read(invocation)
        _ = try await JournalFile(invocation).openForWriting()
        return try await WatchLoop(
            invocation: invocation, topology: topology, actor: invocation.actor,
            milliseconds: DurationText.milliseconds(every) ?? 30_000
        ).run()
    }
}
