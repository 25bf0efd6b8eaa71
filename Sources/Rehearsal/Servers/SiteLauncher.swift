import FailoverModel

/// Starts one site's processes and waits until they serve.
struct SiteLauncher {
    var postgres: PostgresSite
    private var record: RehearsalRecord
    private var files: RehearsalFiles
    private var name: String { postgres.name }

    init(_ site: RehearsalRecord.Site, of record: RehearsalRecord, files: RehearsalFiles) throws {
        postgres = try PostgresSite(site, of: record, files: files)
        self.record = record
        self.files = files
    }

    func startSite() throws -> ProcessIdentity {
        try Self.launch(["site", "--site", name], named: "\(name)-site", of: record, files: files)
    }

    func startForwarder() throws -> ProcessIdentity {
        try Self.launch(["forwarder", "--site", name], named: "\(name)-forwarder", of: record, files: files)
    }

    /// Starts `handover rehearsal ARGUMENTS` on this directory.
    static func launch(
        _ arguments: [String], named name: String, of record: RehearsalRecord, files: RehearsalFiles
    ) throws -> ProcessIdentity {
        try Launch(
            executable: record.executable,
            arguments: ["rehearsal"] + arguments + ["--directory", files.directory],
            environment: files.environment(), output: .file(files.log(name))
        ).start()
    }

    /// Waits until the site's processes take connections.
    func waitUntilServing(_ site: RehearsalRecord.Site) async throws {
        if let process = site.postgres { try await postgres.waitUntilReady(process) }
        if let process = site.site {
            try await Self.wait(
                for: process, on: [site.ports.kubernetes, site.ports.ingress, site.ports.ingressTLS],
                log: files.log("\(name)-site"))
        }
        if let process = site.forwarder {
            try await Self.wait(for: process, on: site.ports.routes.map(\.from), log: files.log("\(name)-forwarder"))
        }
    }

    /// Waits until a process takes connections at all of these ports.
    static func wait(for process: ProcessIdentity, on ports: [Int], log: String) async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while ports.contains(where: FreePorts.isFree) {
            guard process.isAlive, ContinuousClock.now < deadline else {
                let text = SmallFile.lastLines(3, of: log)
                throw Fault(
                    .unavailable, "it does not serve its ports: \(text)", at: log, next: "See \(log)")
            }
            try await Task.sleep(for: .milliseconds(15))
        }
        guard process.isAlive else {
            throw Fault(
                .conflict, "another program took one of its ports \(ports)", at: log,
                next: "Run handover rehearsal down, then up")
        }
    }
}
