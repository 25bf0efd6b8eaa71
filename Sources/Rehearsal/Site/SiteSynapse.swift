import FailoverModel
import Glibc

/// A real Synapse at a site, which runs for as long as the site's cluster has a ready pod for it.
struct SiteSynapse: Sendable {
    var program: String
    var port: Int
    var site: String
    var files: RehearsalFiles

    init?(_ site: RehearsalRecord.Site, of record: RehearsalRecord, files: RehearsalFiles) {
        guard let program = record.programs.synapse else { return nil }
        self.program = program
        self.files = files
        port = site.ports.synapse
        self.site = site.name
    }

    var log: String { files.log("\(site)-synapse") }

    /// Starts and stops it as `isWanted` says, and starts it again where it has ended by itself; ends it when cancelled.
    func run(isWanted: @Sendable () async -> Bool) async throws {
        var process: ProcessIdentity?
        while !Task.isCancelled {
            let isRunning = process.map { !isEnded($0) } ?? false
            switch (await isWanted(), isRunning) {
            case (true, false): process = try launch.start()
            case (false, true): await stop(process)
            default: break
            }
            try? await Task.sleep(for: .milliseconds(100))
        }
        await stop(process)
    }

    private func stop(_ process: ProcessIdentity?) async {
        await Termination.end([process].compactMap(\.self), by: SIGTERM, within: .seconds(5))
    }

    /// Also collects it where it has.
    private func isEnded(_ process: ProcessIdentity) -> Bool {
        waitpid(process.pid, nil, WNOHANG)
        return !process.isAlive
    }

    private var launch: Launch {
        Launch(
            executable: program, arguments: ["--config-path", SynapseFiles(files: files).configuration(site)],
            environment: files.environment(), output: .file(log))
    }
}
