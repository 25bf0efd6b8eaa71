import ArgumentParser

/// A run that must be named.
struct RunArgument: ParsableArguments {
    @Argument(help: ArgumentHelp("The run, or the beginning of its name.", valueName: "run"))
    var run: String
}

/// A run that may be left out.
struct OptionalRunArgument: ParsableArguments {
    @Argument(help: ArgumentHelp("The run, or the beginning of its name (default: the newest).", valueName: "run"))
    var run: String?
}

/// Runs that may be left out.
struct OptionalRunsArgument: ParsableArguments {
    @Argument(
        help: ArgumentHelp("The runs, or the beginnings of their names (default: the newest).", valueName: "run"))
    var runs: [String] = []
}

/// A step of a run.
struct StepArguments: ParsableArguments {
    @Argument(help: ArgumentHelp("The run, or the beginning of its name.", valueName: "run"))
    var run: String

    @Argument(help: ArgumentHelp("The step, as `handover show RUN` names it.", valueName: "step"))
    var step: String
}

/// Which way a runbook is to go.
struct DirectionArguments: ParsableArguments {
    @Argument(
        help: ArgumentHelp("A runbook's file, or the name of one in runbooks/.", valueName: "runbook"),
        completion: .file(extensions: ["yaml", "yml"]))
    var runbook: String

    @Option(help: ArgumentHelp("The site that served so far.", valueName: "site"))
    var from: String

    @Option(help: ArgumentHelp("The site that takes over.", valueName: "site"))
    var to: String
}
