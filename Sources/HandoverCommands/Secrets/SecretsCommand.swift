import ArgumentParser

/// `handover secrets`: the group.
struct SecretsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secrets", abstract: "Compare the sites' Kubernetes Secrets, and copy what differs.",
        discussion: """
            Which: those that the ESS chart generates and the markers of its migrations, by their labels, and the \
            names that the topology lists under "secrets:". Values are compared by keyed digests under a key that is \
            made for one comparison and forgotten; no value is ever shown, logged or journalled.

            Examples:
              handover secrets status
              handover secrets sync --from dc1 --to dc2
            """,
        subcommands: [SecretsStatusCommand.self, SecretsSyncCommand.self])
}
