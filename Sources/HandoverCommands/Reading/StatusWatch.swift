import FailoverModel
import RunEngine

/// `status --watch`: shows the status again until the person interrupts; in a pipe, whenever the journal or an executor
/// changed.
struct StatusWatch {
    let file: JournalFile
    let siteNames: [String]
    let invocation: Invocation

    func run() async throws -> ExitStatus {
        let interruption = Interruption()
        let signals = invocation.wiring.handlesSignals ? StopSignals(interruption) { _ in } : nil
        defer { signals?.end() }
        let reader = try file.reader()
        var region = ScreenRegion()
        var shown: Seen?
        while !interruption.isAsked, !Task.isCancelled {
            let style = invocation.style
            let picture = StatusPicture(
                try file.snapshot(reader), siteNames: siteNames, file: file)
            let text = picture.text(invocation, style: style)
            if style.mayRedraw {
                let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
                let rows = style.size.rows - 1
                let kept = lines.count <= rows ? lines : lines.prefix(rows - 1) + ["… (the window is too low)"]
                invocation.console.output(region.draw(kept, columns: style.size.columns))
            } else if shown != Seen(picture) {
                invocation.print(shown == nil ? text : "\n" + text)
                shown = Seen(picture)
            }
            await invocation.wiring.clock.sleep(milliseconds: 200)
        }
        return .interrupted
    }

    /// What makes a picture another one; how long ago something was does not.
    private struct Seen: Equatable {
        let head: JournalHead
        let abandoned: Set<String>

        init(_ picture: StatusPicture) {
            head = picture.head
            abandoned = picture.runs.abandoned
        }
    }
}
