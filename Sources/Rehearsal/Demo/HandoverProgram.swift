import FailoverModel
import Foundation
import Glibc

/// The program under demonstration, called as a person would call it.
struct HandoverProgram: Sendable {
    var executable: String
    var journal: String
    var topology: String
    var scratch: String

    /// `handover ARGUMENTS` on the demo's journal and topology, with its output on ours; returns the exit code.
    func run(_ arguments: [String], within limit: Duration = .seconds(120)) async throws -> Int32 {
        DemoVoice.command(arguments)
        return try await launch(arguments, output: .inherited).run(within: limit)
    }

    /// The same, started and left alone.
    func start(_ arguments: [String]) throws -> ProcessIdentity {
        DemoVoice.command(arguments)
        return try launch(arguments, output: .inherited).start()
    }

    /// The same, but only the last line of its output is shown.
    func runBriefly(_ arguments: [String]) async throws -> Int32 {
        DemoVoice.command(arguments)
        let (code, text) = try await captured(arguments)
        DemoVoice.say("…\n\(text.split(separator: "\n").last ?? "")")
        return code
    }

    private func captured(_ arguments: [String]) async throws -> (code: Int32, text: String) {
        unlink(scratch)
        let code = try await launch(arguments, output: .file(scratch)).run(within: .seconds(20))
        return (code, SmallFile.text(at: scratch) ?? "")
    }

    /// The newest run of the journal.
    func newestRun() async throws -> String {
        struct Runs: Decodable {
            struct Run: Decodable { var id: String }
            var runs: [Run]
        }
        let (code, text) = try await captured(["runs", "--json"])
        // Standard error goes into the same file; the document is the first line that begins like one.
        let document = text.firstIndex(of: "{").map { text[$0...] } ?? ""
        guard code == 0, let runs = try? JSONDecoder().decode(Runs.self, from: Data(document.utf8)),
            let newest = runs.runs.first
        else {
            throw Fault(
                .invalid, "handover runs --json gave no run (exit code \(code))", at: journal, next: "See \(scratch)")
        }
        return newest.id
    }

    private func launch(_ arguments: [String], output: Launch.Output) -> Launch {
        // Plain lines, also on a terminal: a killed live view would leave the terminal in its state.
        let plain = ["NO_COLOR": "1", "TERM": "dumb"]
        return Launch(
            executable: executable, arguments: arguments + ["--journal", journal, "--topology", topology],
            environment: ProcessInfo.processInfo.environment.merging(plain) { $1 }, output: output)
    }
}

/// What the demo says: short plain lines on standard output, never held back in a buffer.
enum DemoVoice {
    static func say(_ text: String) { _ = SmallFile.all(Array("\(text)\n".utf8), to: STDOUT_FILENO) }
    static func command(_ arguments: [String]) { say("$ handover \(arguments.joined(separator: " "))") }
}
