import ArgumentParser
import FailoverModel
import RunEngine

/// `handover note`.
struct NoteCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "note", abstract: "Write something down for the timeline.",
        discussion: """
            Example:
              handover note ess-failover-12 "provider says power is back at 04:30"
            """)

    @OptionGroup var argument: RunArgument
    @Argument(help: ArgumentHelp("What is to be remembered.", valueName: "text"))
    var text: String
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if text.allSatisfy(\.isWhitespace) {
            throw ValidationError("The note says nothing. Write what is to be remembered.")
        }
    }

    func perform(_ invocation: Invocation) async throws -> ExitStatus {
        let person = try await PersonalCommand(invocation, run: argument.run)
        try await person.acts.note(run: person.run, text: text)
        await person.saved()
        if invocation.isJSON {
            invocation.print(["run": .string(person.run), "note": .string(text), "exitCode": 0])
        } else {
            invocation.print("Noted in \(person.run).")
        }
        return .done
    }
}
