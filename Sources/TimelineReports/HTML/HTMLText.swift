import FailoverModel

extension String {
    /// The text as text in HTML, in an element or between double quotes: no tag, entity or attribute can come of it, and
    /// what is invisible or turns text round is shown.
    package var forHTML: String {
        // Most text needs nothing.
        if utf8.allSatisfy({ (0x20...0x7E).contains($0) && !Self.special.contains($0) }) { return self }
        var escaped = ""
        for scalar in shownSafely.unicodeScalars {
            switch scalar {
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "&": escaped += "&amp;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    private static let special = Array("<>&\"'".utf8)

    /// Long text, with all but its beginning folded away; nothing is left out.
    package var foldedForHTML: String {
        guard utf8.count > 480 else { return forHTML }
        let beginning = prefix(240)
        return
            "<details class=fold><summary>\(String(beginning).forHTML)… <span class=more>(\(count) characters)</span>"
            + "</summary>\(String(dropFirst(240)).forHTML)</details>"
    }

    /// At most so many characters.
    package func cut(to length: Int) -> String { count > length ? "\(prefix(length))…" : self }
}
