/// The lines at the end of a terminal that are drawn again and again in place.
///
/// Works on the ordinary screen, so that the last picture stays in the scroll-back. Only lines that changed are sent, so
/// that a slow line keeps up.
struct ScreenRegion {
    private var drawn: [String] = []
    private var drawnColumns: Int?

    /// What to send so that the region shows `lines`; empty where it does already.
    ///
    /// `columns` is the terminal's width now: a line that was drawn when it was wider may take several rows.
    mutating func draw(_ lines: [String], columns: Int) -> String {
        guard lines != drawn else { return "" }
        // After a resize terminals have wrapped lines, and remember which rows belong together; only clearing forgets that.
        let isResized = drawnColumns.map { $0 != columns } ?? false
        var text = up(rows(columns: columns)) + (isResized ? "\u{1B}[J" : "")
        for (index, line) in lines.enumerated() {
            let isSame = !isResized && index < drawn.count && drawn[index] == line
            text += isSame ? "\n" : "\r\(line)\u{1B}[K\n"
        }
        if drawn.count > lines.count, !isResized { text += "\u{1B}[J" }
        drawn = lines
        drawnColumns = columns
        return text
    }

    /// Leaves what is drawn where it is; the next picture begins below.
    mutating func commit() {
        drawn = []
        drawnColumns = nil
    }

    private func rows(columns: Int) -> Int {
        drawn.reduce(0) { $0 + max(1, ($1.visibleCells + columns - 1) / max(1, columns)) }
    }

    private func up(_ rows: Int) -> String { rows > 0 ? "\u{1B}[\(rows)A\r" : "" }

    static let hideCursor = "\u{1B}[?25l"
    static let showCursor = "\u{1B}[?25h"
}

extension String {
    /// Columns without the colour sequences that `TerminalStyle.paint` puts in.
    var visibleCells: Int {
        guard utf8.contains(0x1B) else { return cells }
        var text = ""
        var isInSequence = false
        for scalar in unicodeScalars {
            if scalar == "\u{1B}" {
                isInSequence = true
            } else if isInSequence {
                if scalar == "m" { isInSequence = false }
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text.cells
    }
}
