import ArgumentParser

/// What every command takes.
struct CommonOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The journal's file (default: $HANDOVER_JOURNAL, else \(Defaults.journal)).", valueName: "file"),
        completion: .file(extensions: ["sqlite"]))
    var journal: String?

    @Option(
        help: ArgumentHelp(
            "Where the sites are (default: $HANDOVER_TOPOLOGY, else \(Defaults.topology)).", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml"]))
    var topology: String?

    @Flag(help: "Print one JSON document on standard output; progress goes to standard error.")
    var json = false

    @Option(
        help: ArgumentHelp(
            "In whose name (default: $HANDOVER_ACTOR, else $SUDO_USER, else the login name).", valueName: "name"))
    var actor: String?
}

enum Defaults {
    static let journal = "journal/handover.sqlite"
    static let topology = "runbooks/topology.yaml"
}
