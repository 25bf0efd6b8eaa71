import FailoverModel
import RunEngine

/// What a person sees of a run while it goes on.
///
/// With `--json` it goes to standard error, because standard output is the document's.
struct RunView: Sendable {
    private let display: RunDisplay
    private let suspension: SuspendSignals?

    init(_ invocation: Invocation, run: String, in file: JournalFile) {
        let console = invocation.console
        let style = { @Sendable in invocation.isJSON ? invocation.errorStyle : invocation.style }
        let usual = style().mayRedraw ? UsualSpans.of(run, in: file) : UsualSpans()
        display = RunDisplay(
            style: style, usual: usual.steps, usualRun: usual.run, more: invocation.line("show", run),
            now: { [clock = invocation.wiring.clock] in clock.now() },
            write: invocation.isJSON ? console.error : console.output)
        suspension =
            invocation.wiring.handlesSignals && style().mayRedraw
            ? SuspendSignals(before: display.lendTerminal) : nil
    }

    var listener: any RunListener { display }

    /// Leaves the terminal alone while a question is asked there.
    var pause: @Sendable (Bool) -> Void { { [display] in display.pause($0) } }

    /// Says something beside what is drawn. Short: it must fit a line.
    var remark: @Sendable (String) -> Void { { [display] in display.remark($0) } }

    func end() {
        suspension?.end()
        display.end()
    }
}
