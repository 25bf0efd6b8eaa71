extension StringProtocol {
    /// The text with everything made visible that could move the cursor, change colours, hide or turn round other text:
    /// control characters, escape sequences, bidirectional marks. A line break becomes a space.
    package var shownSafely: String {
        var shown = ""
        for scalar in unicodeScalars {
            switch scalar.value {
            case 0x0A, 0x0D, 0x09, 0x2028, 0x2029: shown += " "
            case 0x00...0x1F: shown.unicodeScalars.append(Unicode.Scalar(0x2400 + scalar.value) ?? " ")
            case 0x7F: shown += "␡"
            case 0x80...0x9F, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x2069, 0xFEFF, 0x061C:
                shown += "<U+\(String(scalar.value, radix: 16, uppercase: true))>"
            default: shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }
}
