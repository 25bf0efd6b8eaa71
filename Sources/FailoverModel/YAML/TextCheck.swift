/// Refuses bytes that are not plain text before the YAML parser sees them, and says where they are.
enum TextCheck {
    /// Larger than any topology; smaller than what hurts.
    static let mostBytes = 1_048_576

    /// The first thing that is wrong with the bytes as text, if anything.
    static func problem(in source: SourceText) -> Diagnostic? {
        guard source.bytes.count <= mostBytes else {
            return Diagnostic(
                "the file has \(source.bytes.count) bytes, and at most \(mostBytes) are read",
                at: SourcePlace(file: source.file), fix: "Check that this is the right file.")
        }
        var place = SourcePlace(file: source.file, line: 1, column: 1)
        var decoder = Unicode.UTF8()
        var bytes = source.bytes.makeIterator()
        var isFirst = true
        while true {
            switch decoder.decode(&bytes) {
            case .emptyInput: return nil
            case .error:
                return Diagnostic(
                    "the file is not UTF-8 here", at: place, fix: "Save the file as UTF-8 (iconv -t UTF-8 converts it)."
                )
            case .scalarValue(let scalar):
                guard isAllowed(scalar, isFirst: isFirst) else { return control(scalar, at: place) }
                defer { isFirst = false }
                if scalar == "\n" {
                    place.line += 1
                    place.column = 1
                } else if !isFirst || scalar.value != 0xFEFF {
                    place.column += 1
                }
            }
        }
    }

    /// The printable characters of YAML 1.1 (§5.1), the same that libyaml's reader lets pass.
    private static func isAllowed(_ scalar: Unicode.Scalar, isFirst: Bool) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D, 0x20...0x7E, 0x85, 0xA0...0xD7FF, 0x10000...0x10FFFF: true
        case 0xFEFF: isFirst
        case 0xE000...0xFFFD: true
        default: false
        }
    }

    private static func control(_ scalar: Unicode.Scalar, at place: SourcePlace) -> Diagnostic {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        let code = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        return Diagnostic("there is a control character (U+\(code)) here", at: place, fix: "Remove the character.")
    }
}
