import FailoverModel

/// Rows in aligned columns that fit a terminal: the last column is cut where the line would be too long.
struct TerminalTable {
    struct Cell: ExpressibleByStringLiteral {
        var text: String
        var colour: TerminalStyle.Colour?

        /// `text` from outside is made safe here.
        init(_ text: String, _ colour: TerminalStyle.Colour? = nil) {
            self.text = text.shownSafely
            self.colour = colour
        }
        init(stringLiteral value: String) { self.init(value) }
    }

    private var rows: [[Cell]]

    init(_ header: [String]) { rows = [header.map { Cell($0, .dim) }] }

    mutating func add(_ row: [Cell]) { rows.append(row) }

    func lines(_ style: TerminalStyle, indent: String = "  ") -> [String] {
        let count = rows.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in
            min(40, rows.map { column < $0.count ? $0[column].text.cells : 0 }.max() ?? 0)
        }
        return rows.map { row in
            var line = indent
            var room = style.size.columns - indent.cells
            for (column, cell) in row.enumerated() where room > 0 {
                let isLast = row[(column + 1)...].allSatisfy(\.text.isEmpty)
                let text = isLast ? cell.text.truncated(to: room) : cell.text.truncated(to: min(widths[column], room))
                line += cell.colour.map { style.paint(text, $0) } ?? text
                if isLast { break }
                let gap = min(room, widths[column] + 2) - text.cells
                line += String(repeating: " ", count: max(0, gap))
                room -= widths[column] + 2
            }
            return line
        }
    }
}
