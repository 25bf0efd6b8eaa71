import ArgumentParser
import FailoverModel
import Systems

/// `handover secrets sync`.
struct SecretsSyncCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "sync", abstract: "Copy the secrets that differ from one site to another.",
        discussion: """
            Shows what would be written and asks; --yes begins at once. Without a terminal and without --yes it only \
            shows, and exits with 4. Labels and types are kept, nothing is deleted unless asked for, and whatever a \
            safety rule forbids stops all of it before anything is written (exit code 3). Pods that run keep their old \
            values until they are started anew.

            Examples:
              handover secrets sync --from dc1 --to dc2
              handover secrets sync --from dc1 --to dc2 --recreate --yes --actor anna
            """)

    @Option(help: ArgumentHelp("The site whose secrets are right.", valueName: "site"))
    var from: String
    @Option(help: ArgumentHelp("The site to write to.", valueName: "site"))
    var to: String
    @Flag(help: "Replace a signing key of --to by another one; other homeservers notice.")
    var replaceSigningKey = false
    @Flag(help: "Delete secrets, and keys of secrets, that only --to has.")
    var deleteExtra = false
    @Flag(help: "Delete and make anew what cannot be changed: immutable secrets, and those of another type.")
    var recreate = false
    @Flag(help: "Begin without asking.")
    var yes = false
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if from == to { throw ValidationError("--from and --to are the same site.") }
    }

    func perform(_ invocation: Invocation) async throws -> ExitStatus {
        let sites = try SecretSites(invocation)
        try sites.check(from, option: "--from")
        try sites.check(to, option: "--to")
        let file = JournalFile(invocation)
        let journal = try await file.openForWriting()
        let options = SecretsSync.Options(
            replacesSigningKey: replaceSigningKey, deletesExtra: deleteExtra, recreates: recreate)
        let sync = try await SecretsSync.prepare(from: from, to: to, secrets: sites.secrets, options: options)
        let report = SecretsSyncReport(plan: sync.plan, servesNow: SecretSites.primary(try file.snapshot()) == to)
        guard sync.plan.refusals.isEmpty else { return report.end(.refused, isWritten: false, invocation) }
        guard !sync.plan.actions.isEmpty else {
            try await note(sites, journal, invocation)
            return report.end(.done, isWritten: false, invocation)
        }
        if !yes {
            guard invocation.mayAsk else { return report.end(.waiting, isWritten: false, invocation) }
            invocation.say(report.text)
            guard await invocation.console.confirms("Write this to \(to)?") else {
                invocation.say("Nothing was done.")
                return .waiting
            }
        }
        try await carryOut(sync, journal, invocation)
        try await prove(sites, options)
        try await note(sites, journal, invocation)
        return report.end(.done, isWritten: true, invocation)
    }

    /// Each intent is in the journal before it is carried out.
    private func carryOut(_ sync: SecretsSync, _ journal: StoredJournal, _ invocation: Invocation) async throws {
        let text = sync.plan.actions.map(\.sentence).joined(separator: "; ")
        let intent = NoteAdded(text: "secrets sync from \(from) to \(to), about to: \(text)")
        try await journal.append([.noteAdded(intent)], at: invocation.now, actor: invocation.actor)
        try await sync.write(at: invocation.now) { invocation.say("\(to): \($0.sentence)") }
    }

    /// Reads both sites again: nothing may be left to do.
    private func prove(_ sites: SecretSites, _ options: SecretsSync.Options) async throws {
        let again = try await SecretsSync.prepare(from: from, to: to, secrets: sites.secrets, options: options).plan
        guard let left = again.actions.first?.sentence ?? again.refusals.first?.sentence else { return }
        throw Fault(
            .uncertain, "it was written, and yet there is still to do: \(left)", at: "site \(to)",
            next: "See whether something else writes there (external-secrets, a GitOps tool), then sync again")
    }

    private func note(_ sites: SecretSites, _ journal: StoredJournal, _ invocation: Invocation) async throws {
        let found = try await sites.secrets.compare(reference: from, site: to)
        try await journal.append([.secretsCompared(found.event)], at: invocation.now, actor: invocation.actor)
        await journal.saveProjections()
    }
}
