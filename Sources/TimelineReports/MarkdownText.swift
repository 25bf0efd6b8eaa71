import FailoverModel

extension String {
    /// The text as text in Markdown: no table cell, emphasis, link, code, formula or HTML can come of it, and what is
    /// invisible or turns text round is shown.
    var forMarkdown: String {
        var escaped = ""
        for scalar in shownSafely.unicodeScalars {
            switch scalar {
            case "\\", "`", "*", "_", "[", "]", "|", "#", "~", "$", "!": escaped += "\\\(scalar)"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "&": escaped += "&amp;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// As a code span where it is a plain name; else as escaped text, because nothing can be escaped inside a code span.
    var asMarkdownName: String {
        let isPlain =
            !isEmpty
            && utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || "-_@./:".utf8.contains(byte)
            }
        return isPlain ? "`\(self)`" : forMarkdown
    }
}
