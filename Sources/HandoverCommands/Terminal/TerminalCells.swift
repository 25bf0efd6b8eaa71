import FailoverModel

/// How much room text takes on a terminal.
extension String {
    /// Columns of safe text: wide East Asian characters and emoji take two, combining marks none.
    var cells: Int { unicodeScalars.reduce(0) { $0 + $1.cells } }

    /// The text in at most `columns`, with `…` where something was cut off.
    func truncated(to columns: Int) -> String {
        guard cells > columns else { return self }
        guard columns > 0 else { return "" }
        var kept = ""
        var used = 1
        for character in self {
            let width = String(character).cells
            if used + width > columns { break }
            kept.append(character)
            used += width
        }
        return kept + "…"
    }

    /// The text filled up with spaces, or cut, to exactly `columns`.
    func fitted(to columns: Int) -> String {
        let text = truncated(to: columns)
        return text + String(repeating: " ", count: max(0, columns - text.cells))
    }

    /// Broken at spaces into lines of at most `columns`; a longer word is cut into pieces.
    func wrapped(to columns: Int) -> [String] {
        let columns = max(1, columns)
        var lines = [""]
        var used = 0
        for word in split(separator: " ") {
            let width = String(word).cells
            if used > 0, used + 1 + width <= columns {
                lines[lines.count - 1] += " \(word)"
                used += 1 + width
                continue
            }
            if used > 0 { lines.append("") }
            used = 0
            for character in word {
                let width = String(character).cells
                if used + width > columns, used > 0 {
                    lines.append("")
                    used = 0
                }
                lines[lines.count - 1].append(character)
                used += width
            }
        }
        return lines
    }
}

extension Unicode.Scalar {
    fileprivate var cells: Int {
        switch value {
        case 0x0300...0x036F, 0x0483...0x0489, 0x0591...0x05BD, 0x064B...0x065F, 0x1AB0...0x1AFF, 0x1DC0...0x1DFF,
            0x20D0...0x20FF, 0xFE00...0xFE0F, 0xFE20...0xFE2F, 0xE0100...0xE01EF:
            0
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
            0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F,
            0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            2
        default: 1
        }
    }
}
