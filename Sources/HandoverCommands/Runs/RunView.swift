import FailoverModel
import RunEngine

/// What a person sees of a run while it goes on: one plain line an event.
///
/// With `--json` it goes to standard error, because standard output is the document's.
struct RunView: Sendable {
    let listener: any RunListener

    init(_ invocation: Invocation, run: String) {
        listener = PlainListener(
            run: run, write: invocation.isJSON ? invocation.console.error : invocation.console.output)
    }

    /// Leaves the terminal alone while a question is asked there.
    var pause: @Sendable (Bool) -> Void { { _ in } }

    func end() {}
}

private struct PlainListener: RunListener {
    let run: String
    let write: @Sendable (String) -> Void

    func appended(_ event: Event, entry: Entry, state: RunState) {
        if case .siteObserved = event { return }
        write(EventLine.text(event, entry: entry) + "\n")
    }

    func noticed(step: String, _ sentence: String) {}
}
