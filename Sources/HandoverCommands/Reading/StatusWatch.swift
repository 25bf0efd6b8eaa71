import FailoverModel
import RunEngine

/// `status --watch`: shows the status again whenever the journal or an executor changed, until the person interrupts.
struct StatusWatch {
    let file: JournalFile
    let siteNames: [String]
    let invocation: Invocation

    func run() async throws -> ExitStatus {
        let interruption = Interruption()
        let signals = invocation.wiring.handlesSignals ? StopSignals(interruption) { _ in } : nil
        defer { signals?.end() }
        let reader = try file.reader()
        var shown = ""
        while !interruption.isAsked, !Task.isCancelled {
            let picture = StatusPicture(
                try file.snapshot(reader), siteNames: siteNames, file: file, invocation: invocation)
            let text = StatusPage.text(picture, invocation)
            if text != shown {
                // Home, write, and clear what is left of the last picture: no flicker.
                let isTerminal = invocation.console.isOutputTerminal
                let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
                invocation.console.output(
                    isTerminal
                        ? (shown.isEmpty ? "\u{1B}[2J" : "") + "\u{1B}[H" + lines.map { "\($0)\u{1B}[K\n" }.joined()
                            + "\u{1B}[J"
                        : "\(shown.isEmpty ? "" : "\n")\(text)\n")
                shown = text
            }
            await invocation.wiring.clock.sleep(milliseconds: 200)
        }
        return .interrupted
    }
}
