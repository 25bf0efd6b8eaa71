import FailoverModel
import Glibc
import Systems

/// Three sites on one machine under one directory; every function works from what the directory says, in any process.
package struct RehearsalStage: Sendable {
    let files: RehearsalFiles

    /// A relative `directory` is relative to the working directory of now.
    package init(directory: String) { files = RehearsalFiles(directory: directory) }

    /// The absolute path.
    package var directory: String { files.directory }
    package var topologyPath: String { files.topology }

    /// Stops everything and removes what `up` made; other files in the directory stay. Leaves no process and no port.
    /// Also cleans up after an `up` that was killed, and does nothing where nothing is.
    package func down(keepingLogs: Bool = false) async throws {
        guard SmallFile.exists(files.directory) else { return }
        do {
            let lock = try await RehearsalLock.acquire(files)
            try await tearDown(keepingLogs: keepingLogs)
            _ = consume lock
        }
        unlink(files.lock)
        rmdir(files.directory)
    }

    /// Makes a site fail.
    package func breakSite(_ name: String, _ breakage: Breakage = .everything) async throws {
        _ = try files.requireRecord()
        let lock = try await RehearsalLock.acquire(files)
        let record = try files.requireRecord()
        let site = try current(record.site(named: name), of: record)
        switch breakage {
        case .everything: await Termination.killTrees(site.processes)
        case .postgres: await Termination.killTrees([site.postgres].compactMap { $0 })
        case .kubernetes: await Termination.killTrees([site.site].compactMap { $0 })
        case .partition(.refused): await Termination.killTrees([site.forwarder].compactMap { $0 })
        case .partition(.silent): if let process = site.forwarder, process.isAlive { kill(process.pid, SIGSTOP) }
        }
        _ = consume lock
    }

    /// Starts again what is down at a site, as it was: PostgreSQL on the data it has, in the role it had.
    package func healSite(_ name: String) async throws {
        _ = try files.requireRecord()
        let lock = try await RehearsalLock.acquire(files)
        var record = try files.requireRecord()
        let index = try record.index(of: name)
        record.sites[index] = try current(record.sites[index], of: record)
        let launcher = try SiteLauncher(record.sites[index], of: record, files: files)
        if let process = record.sites[index].forwarder, process.isHalted { kill(process.pid, SIGCONT) }
        if !record.hasStatefulSets, !isAlive(record.sites[index].postgres) {
            record.sites[index].postgres = try launcher.postgres.start()
            try files.write(record)
        }
        if !isAlive(record.sites[index].site) {
            record.sites[index].site = try launcher.startSite()
            try files.write(record)
        }
        if !isAlive(record.sites[index].forwarder) {
            record.sites[index].forwarder = try launcher.startForwarder()
            try files.write(record)
        }
        try await launcher.waitUntilServing(record.sites[index])
        if record.hasStatefulSets { try await PostgresStatefulSet(server: launcher.postgres).waitUntilReady() }
        _ = consume lock
    }

    /// Starts the writer; says nothing where it already runs.
    package func startWriter() throws {
        let lock = try RehearsalLock(files)
        var record = try files.requireRecord()
        if !isAlive(record.writer) {
            record.writer = try SiteLauncher.launch(["writer"], named: "writer", of: record, files: files)
            try files.write(record)
        }
        _ = consume lock
    }

    /// Stops the writer after the row it is at.
    package func stopWriter() async throws {
        let lock = try await RehearsalLock.acquire(files)
        var record = try files.requireRecord()
        if let writer = record.writer {
            await Termination.end([writer], by: SIGTERM, within: .seconds(4))
            record.writer = nil
            try files.write(record)
        }
        _ = consume lock
    }

    /// Counts the writer's rows on the primary of now; also while it writes, and then rows come in during the count.
    package func writerReport() async throws -> WriterReport {
        let record = try files.requireRecord()
        // The log before the rows: whatever it holds must be in the table.
        let acknowledgements = self.acknowledgements()
        let search = PrimarySearch(sites: try record.sites.map { try PostgresSite($0, of: record, files: files) })
        guard let primary = await search.find() else {
            throw Fault(
                .unreachable, "no site takes writes, so the rows cannot be counted", at: files.directory,
                next: "Promote a site, or heal the primary's")
        }
        defer { primary.session.close() }
        let rows = try await primary.session.query("SELECT n FROM rehearsal_writes", within: .seconds(60))
        return WriterReport(
            acknowledgements: acknowledgements, present: rows.all.compactMap { $0.integer("n") },
            primary: primary.site)
    }

    /// What the writer was told is safe, so far.
    package func acknowledgements() -> [WriterReport.Acknowledgement] {
        WriterReport.acknowledgements(in: SmallFile.text(at: files.acknowledgements) ?? "")
    }

    /// With the server that runs there now.
    func current(_ site: RehearsalRecord.Site, of record: RehearsalRecord) throws -> RehearsalRecord.Site {
        var site = site
        site.postgres = try PostgresSite(site, of: record, files: files).process(recorded: site.postgres)
        return site
    }

    func isAlive(_ process: ProcessIdentity?) -> Bool { process?.isAlive ?? false }
}
