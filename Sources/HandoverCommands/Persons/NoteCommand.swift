import ArgumentParser
import FailoverModel
import RunEngine

/// `handover note`.
struct NoteCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "note", abstract: "Write something down for the timeline, or take in events from elsewhere.",
        discussion: """
            --import takes alerts, chat messages and the like from a file: JSON Lines, or CSV with a first line of names. \
            Each needs a time and a text; an author and a source are kept where they are named. The usual names are \
            understood (time, timestamp, startsAt, ts; text, message, summary; author, user, sender; source, channel). \
            All lines are taken or none, and a line that the run has already is not taken again. They stay in the journal \
            for good: look first that no password is among them.

            Examples:
              handover note ess-failover-12 "provider says power is back at 04:30"
              handover note ess-failover-12 "first call from a user" --at 2026-11-23T03:02:00+01:00
              handover note ess-failover-12 --import alerts.jsonl --source alertmanager
            """)

    @OptionGroup var argument: RunArgument
    @Argument(help: ArgumentHelp("What is to be remembered.", valueName: "text"))
    var text: String?
    @Option(
        help: ArgumentHelp("When it happened (RFC 3339; default: now).", valueName: "time"),
        transform: TimeText.argument)
    var at: Moment?
    @Option(
        name: .customLong("import"), help: ArgumentHelp("Take events from this file.", valueName: "file"),
        completion: .file(extensions: ["csv", "jsonl", "ndjson", "json"]))
    var file: String?
    @Option(
        help: ArgumentHelp(
            "Where the events of --import come from, if no line says so (default: the file's name).", valueName: "name")
    )
    var source: String?
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if file != nil {
            if text != nil || at != nil {
                throw ValidationError("--import takes text and time from the file: give no text and no --at with it.")
            }
            return
        }
        if source != nil { throw ValidationError("--source belongs to --import.") }
        guard let text else {
            throw ValidationError("Nothing to write down. Give a text, or a file with --import.")
        }
        if text.allSatisfy(\.isWhitespace) {
            throw ValidationError("The note says nothing. Write what is to be remembered.")
        }
    }

    func perform(_ invocation: Invocation) async throws -> ExitStatus {
        if let file { return try await take(file, invocation) }
        let text = text ?? ""
        let person = try await PersonalCommand(invocation, run: argument.run)
        try await person.acts.note(run: person.run, text: text, at: at)
        await person.saved()
        if invocation.isJSON {
            invocation.print([
                "run": .string(person.run), "note": .string(text), "at": JSONValue(at), "exitCode": 0,
            ])
        } else {
            invocation.print("Noted in \(person.run).")
        }
        return .done
    }

    /// The file is read whole before the journal is opened, so that a wrong line leaves nothing behind.
    private func take(_ file: String, _ invocation: Invocation) async throws -> ExitStatus {
        let events = try OutsideFile(path: file, source: source).events()
        let person = try await PersonalCommand(invocation, run: argument.run)
        let taken = try await person.acts.record(run: person.run, events)
        await person.saved()
        let known = events.count - taken
        if invocation.isJSON {
            invocation.print([
                "run": .string(person.run), "taken": .integer(Int64(taken)), "known": .integer(Int64(known)),
                "exitCode": 0,
            ])
        } else {
            let rest = known == 0 ? "" : "; \(known) of the \(events.count) in \(file) were there already"
            invocation.print("Took \(taken) event\(taken == 1 ? "" : "s") into \(person.run)\(rest).")
        }
        return .done
    }
}
