import FailoverModel

extension JSONValue {
    /// The value at a JSON pointer (RFC 6901): `/m.homeserver/base_url`, `/foci/0/type`; empty for the whole.
    func value(at pointer: String) -> JSONValue? {
        guard !pointer.isEmpty else { return self }
        guard pointer.hasPrefix("/") else { return nil }
        var value = self
        for part in pointer.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            let key = String(part).replacing("~1", with: "/").replacing("~0", with: "~")
            switch value {
            case .object(let fields):
                guard let next = fields[key] else { return nil }
                value = next
            case .array(let elements):
                guard let index = Int(key), elements.indices.contains(index) else { return nil }
                value = elements[index]
            case .null, .bool, .integer, .string: return nil
            }
        }
        return value
    }

    /// As a sentence shows it: short, on one line.
    var inWords: String {
        switch self {
        case .null: "null"
        case .bool(let flag): "\(flag)"
        case .integer(let number): "\(number)"
        case .string(let text): "\"\(text.onOneLine(limit: 120))\""
        case .array(let elements): "a list of \(elements.count)"
        case .object: "an object"
        }
    }
}
