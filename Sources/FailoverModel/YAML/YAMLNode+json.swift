extension YAMLNode {
    /// The node as JSON, for the parameters of a command. What readers of YAML disagree on must be in quotation marks.
    func json(_ name: String, _ problems: inout Diagnostics) -> JSONValue {
        switch content {
        case .scalar(let text, isPlain: false): return .string(text)
        case .scalar(let text, isPlain: true): return plain(text, name, &problems)
        case .sequence(let items): return .array(items.map { $0.json(name, &problems) })
        case .mapping(let entries):
            var fields: [String: JSONValue] = [:]
            for entry in entries { fields[entry.key] = entry.value.json(entry.key, &problems) }
            return .object(fields)
        }
    }

    private func plain(_ text: String, _ name: String, _ problems: inout Diagnostics) -> JSONValue {
        switch text {
        case "", "~", "null": return .null
        case "true": return .bool(true)
        case "false": return .bool(false)
        default: break
        }
        if let number = Self.integer(text) { return .integer(number) }
        if Self.isAmbiguous(text) {
            problems.add(
                "\(quote(text)) in \"\(name)\" is a number, a truth value or a text, depending on who reads it",
                at: place,
                fix: "Put it in quotation marks if it is a text; numbers are whole and decimal, truth is true or false."
            )
        }
        return .string(text)
    }

    /// Words and numbers that YAML 1.1 and 1.2 read differently, and numbers that are not whole.
    private static func isAmbiguous(_ text: String) -> Bool {
        let words: Set = ["yes", "no", "on", "off", "y", "n", "true", "false", "null", ".inf", "-.inf", ".nan"]
        if words.contains(text.lowercased()) { return true }
        let body = text.drop { "+-".contains($0) }
        guard let first = body.unicodeScalars.first, "0123456789.".unicodeScalars.contains(first) else { return false }
        return Double(body) != nil || Double(body.filter { $0 != "_" && $0 != ":" }) != nil
            || ["0x", "0o", "0b"].contains(String(body.prefix(2)))
    }
}
