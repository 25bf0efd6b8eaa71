import ArgumentParser

/// A command that does something; the program calls `perform` in place of ArgumentParser's `run`.
protocol Subcommand: ParsableCommand {
    var common: CommonOptions { get }

    func perform(_ invocation: Invocation) async throws -> ExitStatus
}
