import ArgumentParser
import FailoverModel
import Rehearsal

/// `handover rehearsal heal`.
struct RehearsalHealCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "heal", abstract: "Start again what is down at a site, as it was before.",
        discussion: """
            PostgreSQL comes back in the role it had: an old primary is a writable one until it is settled.

            Example:
              handover rehearsal heal dc1
            """)

    @Argument(help: ArgumentHelp("The site.", valueName: "site"))
    var site: String
    @OptionGroup var rehearsal: RehearsalOptions
    @OptionGroup var common: CommonOptions

    func perform(_ invocation: Invocation) async throws -> ExitStatus {
        let stage = RehearsalStage(directory: rehearsal.directory)
        try await stage.healSite(site)
        if invocation.isJSON {
            invocation.print(["site": .string(site), "healed": true])
        } else {
            invocation.print(
                "\(site) is up again, as it was.\nNext: handover settle \(site) --topology \(stage.topologyPath)")
        }
        return .done
    }
}
