import FailoverModel

/// Writes a JSON document as people read it: two spaces a level, keys sorted, a line feed at the end.
enum JSONText {
    static func indented(_ value: JSONValue) -> String {
        var text = ""
        write(value, level: 0, to: &text)
        return text + "\n"
    }

    private static func write(_ value: JSONValue, level: Int, to text: inout String) {
        switch value {
        case .object(let fields) where !fields.isEmpty:
            let sorted = fields.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            list(sorted, "{", "}", level, to: &text) { field, text in
                text += scalar(.string(field.key)) + ": "
                write(field.value, level: level + 1, to: &text)
            }
        case .array(let elements) where !elements.isEmpty:
            list(elements, "[", "]", level, to: &text) { write($0, level: level + 1, to: &$1) }
        case .null, .bool, .integer, .string, .array, .object: text += scalar(value)
        }
    }

    private static func list<Element>(
        _ elements: [Element], _ open: String, _ close: String, _ level: Int, to text: inout String,
        _ each: (Element, inout String) -> Void
    ) {
        text += open
        for (index, element) in elements.enumerated() {
            text += (index == 0 ? "\n" : ",\n") + String(repeating: "  ", count: level + 1)
            each(element, &text)
        }
        text += "\n" + String(repeating: "  ", count: level) + close
    }

    private static func scalar(_ value: JSONValue) -> String { String(decoding: value.jsonBytes, as: UTF8.self) }
}

extension JSONValue {
    /// A time as documents for other programs give it: RFC 3339 with microseconds.
    init(_ moment: Moment?) { self = moment.map { .string($0.description) } ?? .null }
}
