import FailoverModel
import Glibc
import RunEngine
import Testing

@testable import HandoverCommands

/// A pseudo-terminal: the test types at one end, the approver reads at the other.
final class PseudoTerminal: Sendable {
    let path: String
    private let descriptor: Int32

    init?() {
        descriptor = open("/dev/ptmx", O_RDWR | O_NOCTTY)
        var isLocked: CInt = 0
        var number: CUnsignedInt = 0
        // TIOCSPTLCK and TIOCGPTN, which Glibc's module does not have: unlock the other end, and tell its number.
        guard descriptor >= 0, ioctl(descriptor, 0x4004_5431, &isLocked) == 0,
            ioctl(descriptor, 0x8004_5430, &number) == 0
        else { return nil }
        path = "/dev/pts/\(number)"
    }

    deinit { close(descriptor) }

    func type(_ text: String) {
        _ = text.withCString { write(descriptor, $0, strlen($0)) }
    }
}

@Suite struct TerminalApproverTests {
    private func approver(_ path: String, _ written: Written, answered: String? = nil) -> TerminalApprover {
        let console = Console(
            output: { _ in }, error: written.add, isInteractive: true,
            ask: Console.asking(terminal: path, show: written.add))
        return TerminalApprover(
            console: console, actorName: "ada", style: { TerminalFixture.plain }, answered: { _ in answered })
    }

    private func ask(_ step: PlannedStep, typing lines: [String]) async throws -> (Answer?, String) {
        let terminal = try #require(PseudoTerminal())
        let written = Written()
        let approver = approver(terminal.path, written)
        async let answer = approver.answer(step: step, question: "Is dc1 down?\u{1B}[2J")
        for (index, line) in lines.enumerated() {
            // What is typed before the question is thrown away, so the prompt is waited for.
            while written.all.split(separator: "\n").count(where: { $0.hasPrefix("> ") }) <= index {
                try await Task.sleep(for: .milliseconds(5))
            }
            terminal.type(line)
        }
        return (await answer, written.all)
    }

    @Test func `a point of no return wants the site's name`() async throws {
        let (answer, text) = try await ask(
            TerminalFixture.plan.steps[1], typing: ["yes\n", "y\n", "dc2 saw it burn\n"])
        #expect(answer == Answer(isYes: true, reason: "saw it burn"))
        #expect(
            text == """

                Promote PostgreSQL at dc2
                Is dc1 down?␛[2J
                There is no simple way back after this step.
                ada answers for: dc1-is-down.
                Type dc2 to go on, or no; words after it are kept as the reason.
                > Please type dc2, or no. (Ctrl-D leaves the question open.)
                > Please type dc2, or no. (Ctrl-D leaves the question open.)
                >\u{20}
                """)
    }

    @Test func `another step wants the word yes, and no is an answer too`() async throws {
        let step = TerminalFixture.plan.steps[0]
        #expect(try await ask(step, typing: ["yes\n"]).0 == Answer(isYes: true))
        #expect(
            try await ask(step, typing: ["yeah\n", "no not tonight\n"]).0 == Answer(isYes: false, reason: "not tonight")
        )
    }

    @Test func `the end of input leaves the question open`() async throws {
        #expect(try await ask(TerminalFixture.plan.steps[0], typing: ["\u{04}"]).0 == nil)
    }

    @Test(arguments: [
        ("ben says yes: \u{1B}[2J saw it burn", "Answered elsewhere: ben says yes: ␛[2J saw it burn.\n"),
        (nil, "No answer is wanted here any more.\n"),
    ])
    func `whoever waits at the terminal is told who answered elsewhere, and what`(answer: String?, words: String)
        async throws
    {
        let terminal = try #require(PseudoTerminal())
        let written = Written()
        let approver = approver(terminal.path, written, answered: answer)
        let task = Task { await approver.answer(step: TerminalFixture.plan.steps[1], question: "?") }
        while !written.all.contains("> ") { try await Task.sleep(for: .milliseconds(5)) }
        task.cancel()
        #expect(await task.value == nil)
        #expect(written.all.hasSuffix("> \n" + words), "\(written.all)")
    }

    @Test func `a cancelled question ends at once, and without a terminal nobody is asked`() async throws {
        let terminal = try #require(PseudoTerminal())
        let approver = approver(terminal.path, Written())
        let task = Task { await approver.answer(step: TerminalFixture.plan.steps[0], question: "?") }
        try await Task.sleep(for: .milliseconds(80))
        task.cancel()
        #expect(await task.value == nil)
        let nobody = self.approver("/dev/null", Written())
        #expect(await nobody.answer(step: TerminalFixture.plan.steps[0], question: "?") == nil)
    }
}
