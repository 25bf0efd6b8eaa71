import FailoverModel
import Foundation
import Glibc

/// Builds a rehearsal step by step; whatever has happened when it fails, the record on disk tells what there is.
struct RehearsalBuilder: Sendable {
    var files: RehearsalFiles
    var plan: RehearsalPlan
    var progress: @Sendable (String) -> Void

    func build() async throws {
        var record = try await newRecord()
        // From here on `down` knows what to look for, whatever happens to us.
        try files.write(record)
        progress("preparing \(files.directory)")
        try await makeFiles(record)
        let launchers = try record.sites.map { try SiteLauncher($0, of: record, files: files) }
        for index in record.sites.indices {
            record.sites[index].site = try launchers[index].startSite()
            record.sites[index].forwarder = try launchers[index].startForwarder()
            try files.write(record)
        }
        try await startShared(&record)
        try await startPostgres(launchers, &record)
        progress("waiting for the Kubernetes API and the ingress of each site")
        for index in record.sites.indices { try await launchers[index].waitUntilServing(record.sites[index]) }
        try await waitUntilSharedServe(record)
        if let helm = plan.programs.helm { try await install(with: StandInHelm(program: helm, files: files), record) }
        try await waitForService(record.sites[0])
        if plan.programs.synapse != nil {
            try await PostgresRoles(files: files).grantSynapse(on: launchers[0].postgres)
            try await SynapseProbe(files: files).register(at: record.sites[0])
        }
        record.phase = .ready
        try files.write(record)
    }

    private func newRecord() async throws -> RehearsalRecord {
        let count = SitePorts.count * plan.siteNames.count + SharedPorts.count
        let spread = files.directory.utf8.reduce(0) { ($0 * 31 + Int($1)) % 20_000 }
        let first = try FreePorts.block(of: count, from: plan.basePort ?? 11_000 + spread)
        let account = try Account.forPostgres()
        return RehearsalRecord(
            dataRoot: try await dataRoot(for: account),
            postgresPrograms: try plan.postgresPrograms ?? PostgresPrograms.find(),
            executable: try plan.executable ?? ownExecutable(),
            podStartDelayMilliseconds: plan.podStartDelay.milliseconds,
            podStopDelayMilliseconds: plan.podStopDelay.milliseconds, isSynchronous: plan.isSynchronous,
            programs: plan.programs, hasExternalDNS: plan.hasExternalDNS, hasFirewalls: plan.hasFirewalls,
            hasStatefulSets: plan.hasStatefulSets,
            sites: plan.siteNames.enumerated().map { index, name in
                RehearsalRecord.Site(name: name, ports: SitePorts(from: first + index * SitePorts.count))
            }, shared: SharedPorts(from: first + count - SharedPorts.count))
    }

    /// Below the directory, unless PostgreSQL's account cannot get there (a home of root, a directory of mode 0700).
    private func dataRoot(for account: Account?) async throws -> String {
        guard let account else { return files.postgres }
        return try await account.canEnter(files.directory) ? files.postgres : files.outsideDataRoot
    }

    private func ownExecutable() throws -> String {
        guard let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else {
            throw SmallFile.failure("cannot be read", "/proc/self/exe")
        }
        return path
    }

    private func makeFiles(_ record: RehearsalRecord) async throws {
        let account = try Account.forPostgres()
        for path in [files.logs, files.secrets, files.certificates, files.kubeconfigs, files.clusters] {
            try SmallFile.makeDirectory(path)
        }
        try SmallFile.makeDirectory(record.dataRoot, owner: account)
        if record.dataRoot != files.postgres, symlink(record.dataRoot, files.postgres) != 0 {
            throw SmallFile.failure("cannot be made", files.postgres)
        }
        for name in secretNames {
            let words = (0..<4).map { _ in String(UInt64.random(in: .min ... .max), radix: 16) }
            try SmallFile.write(words.joined() + "\n", to: files.secret(name))
        }
        if plan.programs.bind != nil {
            try SmallFile.write(RehearsalBIND.newKey() + "\n", to: files.secret(RehearsalBIND.keyName))
        }
        let password = try files.readSecret("replicator")
        try SmallFile.write(
            record.sites.map { "127.0.0.1:\($0.ports.postgres):replication:replicator:\(password)\n" }.joined(),
            to: PostgresSite.passwordFile(in: record.dataRoot), owner: account)
        try AccessFiles(files: files, record: record).write()
        if plan.programs.helm != nil { try StandInChart(files: files).write(sites: record.siteNames) }
        try SmallFile.write(SynapseFiles.newSigningKey() + "\n", to: files.secret(SynapseFiles.signingKeyName))
        if plan.programs.synapse != nil { try SynapseFiles(files: files).write(record.sites) }
        try await Certificates(files: files).create()
        try await IngressCertificates(files: files).create()
        for (index, site) in record.sites.enumerated() {
            try await RehearsalSiteProcess.seed(
                site.name, isServing: index == 0, withWorkloads: plan.programs.helm == nil,
                withExternalDNS: plan.hasExternalDNS, advertised: ServiceHosts.advertised(index),
                database: plan.hasStatefulSets
                    ? PostgresStatefulSet(server: try PostgresSite(site, of: record, files: files)) : nil,
                files: files)
        }
    }

    private var secretNames: [String] {
        PostgresRoles.names + [ServiceHosts.probeTokenName]
            + (plan.programs.synapse == nil ? [] : [SynapseFiles.registrationName])
            + (plan.programs.nameServer == nil ? [] : [RehearsalPowerDNS.keyName])
            + (plan.programs.objectStorage == nil ? [] : [RehearsalMedia.accessKeyName, RehearsalMedia.secretKeyName])
    }

    private func startShared(_ record: inout RehearsalRecord) async throws {
        if let names = RehearsalNames(record, files: files) {
            progress("starting the users' name server, \(names.title), for \(RehearsalNames.zone)")
            record.names = try await names.start()
            try files.write(record)
        }
        if let media = RehearsalMedia(record, files: files) {
            progress("starting the media's object storage, moto")
            record.media = try media.start()
            try files.write(record)
        }
    }

    private func waitUntilSharedServe(_ record: RehearsalRecord) async throws {
        if let names = RehearsalNames(record, files: files), let process = record.names {
            try await SiteLauncher.wait(for: process, on: names.ports, log: names.log)
        }
        if let media = RehearsalMedia(record, files: files), let process = record.media {
            try await SiteLauncher.wait(for: process, on: [media.port], log: media.log)
            try await media.fill()
        }
    }

    private func startPostgres(
        _ launchers: [SiteLauncher], _ record: inout RehearsalRecord
    ) async throws {
        let (primary, standbys) = (launchers[0].postgres, launchers.dropFirst().map(\.postgres))
        progress("making PostgreSQL at \(primary.name)")
        try await primary.initialise()
        record.sites[0].postgres = try await start(launchers[0], record.sites[0])
        try files.write(record)
        try await waitUntilReady(primary, record.sites[0])
        try await PostgresRoles(files: files)
            .create(on: primary, standbys: standbys, withStandIn: plan.programs.synapse == nil)
        let names = standbys.map(\.name)
        progress("copying it to \(names.joined(separator: ", "))")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for standby in standbys { group.addTask { try await standby.copy(of: primary) } }
            try await group.waitForAll()
        }
        for index in record.sites.indices.dropFirst() {
            record.sites[index].postgres = try await start(launchers[index], record.sites[index])
            try files.write(record)
        }
        for index in record.sites.indices.dropFirst() {
            try await waitUntilReady(launchers[index].postgres, record.sites[index])
        }
        try await PostgresRoles.waitUntilStreaming(primary, standbys: names)
        if record.isSynchronous { try await PostgresRoles.makeSynchronous(primary, standbys: names) }
    }

    /// Gives back no process where the site's Kubernetes runs it.
    private func start(
        _ launcher: SiteLauncher, _ site: RehearsalRecord.Site
    ) async throws -> ProcessIdentity? {
        guard plan.hasStatefulSets else { return try launcher.postgres.start() }
        try await launcher.waitUntilServing(site)
        try await PostgresStatefulSet(server: launcher.postgres).scaleUp()
        return nil
    }

    private func waitUntilReady(_ server: PostgresSite, _ site: RehearsalRecord.Site) async throws {
        if let process = site.postgres { return try await server.waitUntilReady(process) }
        try await PostgresStatefulSet(server: server).waitUntilReady()
    }

    private func install(with helm: StandInHelm, _ record: RehearsalRecord) async throws {
        progress("installing the stand-in chart at each site with helm")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, site) in record.siteNames.enumerated() {
                group.addTask { try await helm.install(at: site, isServing: index == 0) }
            }
            try await group.waitForAll()
        }
    }

    private func waitForService(_ site: RehearsalRecord.Site) async throws {
        let deadline = ContinuousClock.now + .seconds(plan.programs.synapse == nil ? 15 : 90)
        while true {
            let answer = await LoopbackHTTP.get("/_matrix/client/versions", port: site.ports.ingressForTool)
            if answer?.status == 200 { return }
            guard ContinuousClock.now < deadline else {
                throw Fault(
                    .unavailable, "its ingress does not serve: \(answer?.body ?? "no answer")", at: site.name,
                    next: "See \(files.log("\(site.name)-site"))")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}

extension Duration {
    fileprivate var milliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }
}
