import Dispatch
import FailoverModel
import RunEngine
import Synchronization

/// Shows a run while it goes on: redrawn in place on a terminal, one plain line an event elsewhere.
///
/// Called from the executor, so it only remembers and returns; writing happens on a queue of its own.
final class RunDisplay: RunListener, Sendable {
    private struct Shown {
        var state: RunState?
        var notices: [String: StepNotice] = [:]
        var lines = RunLines()
        var region = ScreenRegion()
        var budget = DrawBudget()
        var tick = 0
        var isPaused = false
        var isOver = false
        var isCursorHidden = false
    }

    private let shown = Mutex(Shown())
    private let queue = DispatchQueue(label: "handover.display")
    private let isLive: Bool
    private let style: @Sendable () -> TerminalStyle
    private let usual: [String: Int64]
    private let usualRun: Int64?
    private let more: String?
    private let now: @Sendable () -> Moment
    private let write: @Sendable (String) -> Void
    private let echo: TerminalEcho?

    /// `style` is asked at every redraw, so that a resize is seen; `write` gets text as it is to be sent.
    /// `usual` is how long steps take, from earlier runs, in milliseconds by step id, and `usualRun` how long all of it
    /// takes; `more` is the command that shows more. `keyboard` is the descriptor from which the terminal's keys would come.
    init(
        style: @escaping @Sendable () -> TerminalStyle, usual: [String: Int64] = [:], usualRun: Int64? = nil,
        more: String? = nil, keyboard: Int32 = 0,
        now: @escaping @Sendable () -> Moment = { SystemClock().now() }, write: @escaping @Sendable (String) -> Void
    ) {
        self.style = style
        self.usual = usual
        self.usualRun = usualRun
        self.more = more
        self.now = now
        self.write = write
        isLive = style().mayRedraw
        echo = isLive ? TerminalEcho(descriptor: keyboard) : nil
        if isLive { tickLater() }
    }

    private static let ticks = SystemClock()

    /// Events only change what the next picture shows, so that a hundred of them cost no more than one.
    private func tickLater() {
        queue.asyncAfter(deadline: .now() + .milliseconds(200)) { [weak self] in
            guard let self, !shown.withLock(\.isOver) else { return }
            if shown.withLock({ $0.budget.mayDraw(at: Self.ticks.monotonicMilliseconds()) }) {
                shown.withLock { $0.tick += 1 }
                draw()
            }
            tickLater()
        }
    }

    func appended(_ event: Event, entry: Entry, state: RunState) {
        shown.withLock { shown in
            shown.state = state
            if let step = event.step { shown.notices[step] = nil }
            send(isLive ? nil : shown.lines.line(event, entry: entry, state: state))
        }
    }

    func noticed(step: String, _ sentence: String, seen: [SiteObservation]) {
        let moment = now()
        shown.withLock { shown in
            var notice = shown.notices[step] ?? StepNotice(sentence, since: moment)
            notice.take(sentence, seen: seen, at: moment)
            shown.notices[step] = notice
            send(isLive ? nil : shown.lines.line(notice: sentence, step: step, state: shown.state, now: moment))
        }
    }

    /// Leaves the terminal alone while a question is asked there, or draws on below it. Returns once nothing more is
    /// written, so that a question does not get a picture in between.
    func pause(_ isPaused: Bool) {
        guard isLive else { return queue.sync {} }
        queue.sync {
            if isPaused { draw(isAsking: true) }
            shown.withLock { shown in
                shown.isPaused = isPaused
                shown.region.commit()
            }
            if isPaused { giveBack() }
        }
    }

    /// Writes a line below what is drawn, and goes on drawing below that.
    func remark(_ text: String) {
        queue.async {
            self.shown.withLock { $0.region.commit() }
            self.write(text + "\n")
        }
    }

    /// Draws the last picture, which stays, and gives the cursor back. Waits until that is written.
    func end() {
        queue.sync {
            guard isLive, !shown.withLock(\.isOver) else { return }
            draw()
            shown.withLock { $0.isOver = true }
            giveBack()
        }
    }

    /// Gives the cursor and the keyboard back before the process is stopped (Ctrl-Z); when it goes on, the picture begins
    /// anew below whatever stands there then. Returns once that is written.
    func lendTerminal() {
        queue.sync {
            giveBack()
            shown.withLock { $0.region.commit() }
        }
    }

    /// Called under the lock, so that lines keep their order.
    private func send(_ line: String?) {
        if let line { queue.async { self.write(line + "\n") } }
    }

    /// On the queue only.
    private func draw(isAsking: Bool = false) {
        let (terminal, moment) = (style(), now())
        // The last column stays free: what fills a row is taken for the beginning of a longer line when the window is
        // made wider.
        var style = terminal
        style.size.columns = max(10, terminal.size.columns - 1)
        let text = shown.withLock { shown -> String in
            guard let state = shown.state, !shown.isPaused, !shown.isOver else { return "" }
            let frame = RunFrame(
                state: state, notices: shown.notices, now: moment, tick: shown.tick, usual: usual,
                usualRun: usualRun, more: more, isAsking: isAsking, style: style)
            let text = shown.region.draw(frame.lines(), columns: terminal.size.columns)
            guard !text.isEmpty, !shown.isCursorHidden else { return text }
            shown.isCursorHidden = true
            echo?.turnOff()
            return ScreenRegion.hideCursor + text
        }
        if text.isEmpty { return }
        let begun = Self.ticks.monotonicMilliseconds()
        write(text)
        let ended = Self.ticks.monotonicMilliseconds()
        shown.withLock { $0.budget.drew(bytes: text.utf8.count, at: ended, took: ended - begun) }
    }

    /// The cursor and the keyboard, for whoever uses the terminal next.
    private func giveBack() {
        let wasHidden = shown.withLock { shown in
            defer { shown.isCursorHidden = false }
            return shown.isCursorHidden
        }
        if wasHidden { write(ScreenRegion.showCursor) }
        echo?.turnOn()
    }
}
