import ArgumentParser
import FailoverModel
import Systems

/// `handover check`.
struct CheckCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Is everything in place that a failover needs?",
        discussion: """
            Asks the sites now, all at the same time: databases, replication and backups, clusters, nodes and images, \
            releases, rights, secrets, media, firewalls, names and the service; what sites are owed, and that only one of \
            them takes writes. A system that does not answer within checks.timeLimit of the topology (20s) is unknown, \
            and hides nothing else. Nothing is changed but what the topology's probe user has noted of itself, because \
            only a write proves that the service serves, and the probe objects of --write-probes. The result is kept in \
            the journal, where handover status shows when \
            all was last sound, and with it the positions of the databases, so that a loss can be told later. Exits \
            with 0 where nothing is failing or unknown, with 3 where something is, and with 1 for a warning under \
            --strict.

            Examples:
              handover check
              handover check --from dc1 --to dc2 --strict
              handover check --deep --write-probes --runbook ess-failover
              handover check --json | jq '.checks[] | select(.verdict != "ok")'
            """)

    @Option(help: ArgumentHelp("The site that should serve (default: the one that does).", valueName: "site"))
    var from: String?
    @Option(help: ArgumentHelp("The site that should be able to take over (default: each).", valueName: "site"))
    var to: String?
    @Flag(help: "Exit with 1 where there is a warning.")
    var strict = false
    @Option(
        help: ArgumentHelp("Write the results as JUnit XML too, for CI.", valueName: "file"), completion: .file())
    var junit: String?
    @Flag(help: "Compare the rows of the topology's tables too (checks: consistency), which reads all of them.")
    var deep = false
    @Flag(help: "Write a probe object to each bucket, see it arrive at the other sites, and delete it.")
    var writeProbes = false
    @Option(
        help: ArgumentHelp(
            "Check the rights that the kubernetes.apply steps of this runbook need too.", valueName: "runbook"),
        completion: .file())
    var runbook: String?
    @Flag(help: "Show every check with what was seen, also those that are ok.")
    var all = false
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if let from, from == to { throw ValidationError("--from and --to are the same site.") }
    }

    func perform(_ invocation: Invocation) async throws -> ExitStatus {
        let topology = try TopologyFile.read(invocation)
        for (option, name) in [("--from", from), ("--to", to)] {
            guard let name, topology.site(named: name) == nil else { continue }
            throw CommandFailure(
                kind: "invalid", what: "the topology has no such site", place: "\(option) \(name)",
                next: "Its sites are: \(topology.sites.map(\.name).joined(separator: ", "))", status: .badInput)
        }
        let journal = try await JournalFile(invocation).openForWriting()
        let output = try junit.map { try NewFile($0) }
        let options = ReadinessOptions(
            isDeep: deep, writesProbes: writeProbes, runbook: try runbook.map { try RunbookFile($0).runbook })
        let checks = JournalChecks(invocation, topology: topology)
        var readiness = SystemAccess(topology, invocation).readiness
        readiness.promotedLast = checks.projections.serving.site
        readiness.journal = checks.identity
        var report = await readiness.report(from: from, to: to, options: options)
        report.results += checks.results(for: report)
        let at = invocation.now
        let events =
            report.observations.map { Event.siteObserved(SiteObserved($0)) }
            + report.comparisons.map(Event.secretsCompared) + [.checkCompleted(report.event)]
        try await journal.append(events, at: at, actor: invocation.actor)
        await journal.saveProjections()
        try output?.write(Array(CheckDocument.junit(report).utf8))
        try output?.close()
        let status = status(report)
        if invocation.isJSON {
            invocation.print(CheckDocument.json(report, at: at))
        } else {
            let sites = topology.sites.map(\.name)
            invocation.print(CheckView.render(report, sites: sites, style: invocation.style, showsAll: all))
        }
        return status
    }

    private func status(_ report: CheckReport) -> ExitStatus {
        if report.count(.failing) + report.count(.unknown) > 0 { return .refused }
        return strict && report.count(.warning) > 0 ? .stopped : .done
    }
}
