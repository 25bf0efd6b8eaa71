/// The lines at the end of a terminal that are drawn again and again in place.
///
/// Works on the ordinary screen, so that the last picture stays in the scroll-back. Only lines that changed are sent, so
/// that a slow line keeps up.
struct ScreenRegion {
    private var drawn: [String] = []

    /// What to send so that the region shows `lines`; empty where it does already.
    ///
    /// `columns` is the terminal's width now: a line that was drawn when it was wider may take several rows.
    mutating func draw(_ lines: [String], columns: Int) -> String {
        guard lines != drawn else { return "" }
        let isWrapped = drawn.contains { $0.visibleCells > columns }
        var text = up(rows(columns: columns))
        for (index, line) in lines.enumerated() {
            let isSame = !isWrapped && index < drawn.count && drawn[index] == line
            text += isSame ? "\n" : "\r\(line)\u{1B}[K\n"
        }
        if drawn.count > lines.count || isWrapped { text += "\u{1B}[J" }
        drawn = lines
        return text
    }

    /// Leaves what is drawn where it is; the next picture begins below.
    mutating func commit() { drawn = [] }

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
