import TimelineReports

/// A table that becomes a list of cards on a narrow screen. Cells are HTML already.
struct PageTable {
    struct Cell {
        var html: String
        var look = ""

        init(_ html: String, _ look: String = "") {
            self.html = html
            self.look = look
        }

        /// A name: not broken where it is short.
        static func name(_ text: String, link: String? = nil) -> Cell {
            let shown = text.cut(to: 80).forHTML
            return Cell(link.map { "<a href=\"\($0)\">\(shown)</a>" } ?? shown, text.count <= 28 ? "k" : "")
        }
    }

    /// Told to those who cannot see what it is about.
    var caption: String
    var header: [String]
    var rows: [[Cell]]

    var html: String {
        let head = header.map { "<th scope=col>\($0.forHTML)" }.joined()
        let body = rows.map { row in
            "<tr>"
                + zip(header, row).enumerated().map { number, pair in
                    let (name, cell) = pair
                    let look = cell.look.isEmpty ? "" : " class=\"\(cell.look)\""
                    return number == 0
                        ? "<th scope=row\(look)>\(cell.html)"
                        : "<td data-name=\"\(name.forHTML)\"\(look)>"
                            + (cell.html.isEmpty ? "" : "<div>\(cell.html)</div>")
                }.joined()
        }
        return
            "<div class=wide><table><caption class=unseen>\(caption.forHTML)</caption><thead><tr>\(head)</thead>"
            + "<tbody>\(body.joined())</tbody></table></div>"
    }
}
