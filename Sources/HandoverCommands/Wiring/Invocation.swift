import FailoverModel
import Glibc
import RunEngine

/// One call of the program: what was given, and what follows from it.
struct Invocation: Sendable {
    let wiring: Wiring
    let journalPath: String
    let topologyPath: String
    let isJSON: Bool
    /// Tells hooks how runs go, once something has begun it.
    let courier = CourierPost()
    private let givenActor: String?

    init(_ options: CommonOptions, wiring: Wiring) {
        self.wiring = wiring
        journalPath = options.journal ?? wiring.environment("HANDOVER_JOURNAL") ?? Defaults.journal
        topologyPath = options.topology ?? wiring.environment("HANDOVER_TOPOLOGY") ?? Defaults.topology
        isJSON = options.json
        givenActor = options.actor
        givenPaths = [("--journal", options.journal), ("--topology", options.topology)].flatMap { name, value in
            value.map { [name, $0] } ?? []
        }
    }

    private let givenPaths: [String]

    var console: Console { wiring.console }
    var now: Moment { wiring.clock.now() }
    /// A person is there, and the answer is for them.
    var mayAsk: Bool { console.isInteractive && !isJSON }

    /// In whose name something is done.
    var actor: String {
        get throws {
            for name in [
                givenActor, wiring.environment("HANDOVER_ACTOR"), wiring.environment("SUDO_USER"), Self.loginName(),
            ] {
                if let name, !name.isEmpty { return name }
            }
            throw Fault(
                .invalid, "it is not known who you are", at: "--actor", next: "Give --actor NAME, or set HANDOVER_ACTOR"
            )
        }
    }

    /// A command line to type, with the files that were given here.
    func line(_ words: [String]) -> String {
        (["handover"] + words + givenPaths).map(Self.quoted).joined(separator: " ")
    }
    func line(_ words: String...) -> String { line(words) }

    /// How text may look on standard output: a pipe takes lines of any length.
    var style: TerminalStyle {
        console.isOutputTerminal
            ? TerminalStyle(descriptor: STDOUT_FILENO, environment: wiring.environment) : .pipe
    }

    /// The same of standard error, where persons are asked.
    var errorStyle: TerminalStyle {
        console.isErrorTerminal
            ? TerminalStyle(descriptor: STDERR_FILENO, environment: wiring.environment) : .pipe
    }

    func print(_ text: String) { console.output(text.hasSuffix("\n") ? text : text + "\n") }
    func print(_ document: JSONValue) { console.output(JSONText.indented(document)) }
    /// Progress and remarks: never on standard output.
    func say(_ text: String) { console.error(text.hasSuffix("\n") ? text : text + "\n") }

    private static func loginName() -> String? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16_384)
        guard getpwuid_r(geteuid(), &entry, &buffer, buffer.count, &found) == 0, found != nil else { return nil }
        return String(cString: entry.pw_name)
    }

    private static func quoted(_ word: String) -> String {
        let plain = word.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "-_./@:=,+%".utf8.contains(byte)
        }
        return plain && !word.isEmpty
            ? word : "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
