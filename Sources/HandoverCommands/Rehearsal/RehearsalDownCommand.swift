import ArgumentParser
import FailoverModel
import Rehearsal

/// `handover rehearsal down`.
struct RehearsalDownCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "down", abstract: "Stop everything and remove what up made.",
        discussion: """
            Leaves no process. Files that others put into the directory, such as a journal, stay.

            Example:
              handover rehearsal down
            """)

    @Flag(help: "Keep the servers' logs.")
    var keepLogs = false
    @OptionGroup var rehearsal: RehearsalOptions
    @OptionGroup var common: CommonOptions

    func perform(_ invocation: Invocation) async throws -> ExitStatus {
        let stage = RehearsalStage(directory: rehearsal.directory)
        try await stage.down(keepingLogs: keepLogs)
        if invocation.isJSON {
            invocation.print(["directory": .string(stage.directory), "down": true])
        } else {
            invocation.print("The rehearsal in \(stage.directory) is down.")
        }
        return .done
    }
}
