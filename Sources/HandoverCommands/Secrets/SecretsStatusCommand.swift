import ArgumentParser
import FailoverModel
import Systems

/// `handover secrets status`.
struct SecretsStatusCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Compare every site's secrets with those of one site.",
        discussion: """
            Asks the sites now, and keeps the verdicts in the journal, where handover status shows them. Exits with 0 \
            where every site could be activated with the secrets it has, with 3 where not, or where that is not known \
            because a site does not answer.

            Examples:
              handover secrets status
              handover secrets status --from dc1 --json
            """)

    @Option(help: ArgumentHelp("The site that counts as right (default: the one that serves).", valueName: "site"))
    var from: String?
    @OptionGroup var common: CommonOptions

    func perform(_ invocation: Invocation) async throws -> ExitStatus {
        let sites = try SecretSites(invocation)
        if let from { try sites.check(from, option: "--from") }
        let file = JournalFile(invocation)
        let journal = try await file.openForWriting()
        let reference = try from ?? sites.reference(file.snapshot())
        var found: [SecretsComparison] = []
        for site in sites.names where site != reference {
            found.append(await Self.compare(reference, site, sites.secrets))
        }
        let events = found.filter { !$0.differences.isEmpty }.map { Event.secretsCompared($0.event) }
        try await journal.append(events, at: invocation.now, actor: invocation.actor)
        await journal.saveProjections()
        let document = SecretsDocument(
            reference: reference, comparisons: found, last: try file.snapshot().projections.secrets.statuses)
        let isSound = found.allSatisfy { SecretsGate($0).mayPass }
        let status = isSound ? ExitStatus.done : .refused
        if invocation.isJSON {
            invocation.print(document.json(endingWith: status))
        } else {
            invocation.print(SecretsView.render(document, now: invocation.now, style: invocation.style))
        }
        return status
    }

    /// A site that cannot be read for whatever reason must not hide what is known of the others.
    private static func compare(_ reference: String, _ site: String, _ secrets: SecretsAccess) async
        -> SecretsComparison
    {
        do throws(Fault) { return try await secrets.compare(reference: reference, site: site) } catch {
            return SecretsComparison(reference: reference, site: site, differences: [], siteAway: error)
        }
    }
}
