import ArgumentParser
import FailoverModel
import Foundation
import Rehearsal

/// `handover rehearsal demo`: what `make demo` runs.
struct RehearsalDemoCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Play a failover that is killed in the middle and resumed.",
        shouldDisplay: false)

    @Option(help: ArgumentHelp("Where the rehearsal and the journal go.", valueName: "directory"))
    var directory = ".demo"
    @Option(help: ArgumentHelp("The runbook to play.", valueName: "file"))
    var runbook = "runbooks/ess-failover.yaml"
    @OptionGroup var common: CommonOptions

    func perform(_ invocation: Invocation) async throws -> ExitStatus {
        guard let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else {
            throw Fault(.invalid, "it cannot be read", at: "/proc/self/exe", next: "Mount /proc, and try again")
        }
        let demo = RehearsalDemo(executable: program, directory: directory, runbook: runbook)
        return await demo.run() == 0 ? .done : .stopped
    }
}
