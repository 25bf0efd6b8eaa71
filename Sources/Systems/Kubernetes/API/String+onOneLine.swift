extension StringProtocol {
    /// Text from outside made fit to be shown: no control characters (they could move a terminal's cursor), one line, an end.
    func onOneLine(limit: Int = 400) -> String {
        var text = String.UnicodeScalarView()
        for scalar in unicodeScalars.prefix(limit) {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: text.append(" ")
            default: text.append(scalar)
            }
        }
        return String(text) + (unicodeScalars.count > limit ? "…" : "")
    }
}
