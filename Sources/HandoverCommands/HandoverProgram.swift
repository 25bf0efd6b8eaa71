import ArgumentParser
import FailoverModel
import Glibc

/// The whole program: from the words of a command line to an exit code.
package enum HandoverProgram {
    package static let version = "0.1.0"

    /// Does what `arguments` (without the program's name) say, and returns the exit code. Never traps on input.
    package static func run(_ arguments: [String], wiring: Wiring = Wiring()) async -> Int32 {
        // Whoever reads our output may have gone away; a run goes on all the same.
        signal(SIGPIPE, SIG_IGN)
        let subcommand: any Subcommand
        do {
            var command = try HandoverCommand.parseAsRoot(arguments)
            guard let parsed = command as? any Subcommand else {
                // A group without a subcommand, or `help`: running it throws the help text.
                try command.run()
                return ExitStatus.done.rawValue
            }
            subcommand = parsed
        } catch {
            return end(parsing: error, arguments: arguments, wiring)
        }
        let status = await perform(subcommand, wiring)
        guard let why = wiring.console.outputFault() else { return status }
        wiring.console.error("handover: standard output is not complete: \(why)\n")
        return status == ExitStatus.done.rawValue ? ExitStatus.stopped.rawValue : status
    }

    private static func perform(_ command: any Subcommand, _ wiring: Wiring) async -> Int32 {
        let invocation = Invocation(command.common, wiring: wiring)
        let status = await perform(command, invocation)
        // After the last word, so that no hook keeps a person from it.
        await invocation.courier.end(invocation)
        return status
    }

    private static func perform(_ command: any Subcommand, _ invocation: Invocation) async -> Int32 {
        do {
            return try await command.perform(invocation).rawValue
        } catch {
            let failure = CommandFailure(error, invocation: invocation)
            if invocation.isJSON { invocation.print(failure.json) } else { invocation.say(failure.text) }
            return failure.status.rawValue
        }
    }

    /// Help, version and completion scripts are results; everything else is bad usage, whatever ArgumentParser calls
    /// it.
    private static func end(
        parsing error: any Error, arguments: [String], _ wiring: Wiring
    ) -> Int32 {
        let message = HandoverCommand.fullMessage(for: error)
        let text = message.hasSuffix("\n") ? message : message + "\n"
        guard HandoverCommand.exitCode(for: error) != .success else {
            wiring.console.output(text)
            return ExitStatus.done.rawValue
        }
        if arguments.contains("--json") {
            let failure = CommandFailure(
                kind: "usage", what: HandoverCommand.message(for: error), place: "command line",
                next: "`handover --help` lists the commands, `handover help COMMAND` what one takes", status: .badInput)
            wiring.console.output(JSONText.indented(failure.json))
        } else {
            wiring.console.error(text)
        }
        return ExitStatus.badInput.rawValue
    }
}
