/// A JSON value as the Kubernetes API sends it: integers stay integers, and an object's keys are sorted on output.
///
/// A missing key and a JSON `null` are two things here because a merge patch tells them apart.
enum APIValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case integer(Int64)
    case double(Double)
    case string(String)
    case array([APIValue])
    case object([String: APIValue])
}

extension APIValue {
    /// The text of a string value.
    var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The value as an integer; a double counts only when it has no fraction.
    var int: Int? {
        switch self {
        case .integer(let number): Int(number)
        case .double(let number): Int(exactly: number)
        case .null, .bool, .string, .array, .object: nil
        }
    }

    /// The value of a boolean.
    var flag: Bool? {
        if case .bool(let flag) = self { flag } else { nil }
    }

    /// The elements of an array.
    var items: [APIValue]? {
        if case .array(let items) = self { items } else { nil }
    }

    /// The members of an object.
    var members: [String: APIValue]? {
        if case .object(let members) = self { members } else { nil }
    }

    /// Whether this is `null`, or an object or array with nothing in it.
    var isEmpty: Bool {
        switch self {
        case .null: true
        case .array(let items): items.isEmpty
        case .object(let members): members.isEmpty
        case .bool, .integer, .double, .string: false
        }
    }

    /// The members of an object whose values are strings, such as labels.
    var texts: [String: String] {
        (members ?? [:]).compactMapValues(\.text)
    }

    /// An object whose values are strings.
    static func texts(_ texts: [String: String]) -> APIValue {
        .object(texts.mapValues { .string($0) })
    }

    /// The value under a path of keys. Setting makes the objects on the way; setting `nil` removes the last key.
    subscript(_ path: String...) -> APIValue? {
        get { value(at: path[...]) }
        set { setValue(newValue, at: path[...]) }
    }

    private func value(at path: ArraySlice<String>) -> APIValue? {
        guard let key = path.first else { return self }
        guard case .object(let members) = self, let member = members[key] else { return nil }
        return path.count == 1 ? member : member.value(at: path.dropFirst())
    }

    private mutating func setValue(_ value: APIValue?, at path: ArraySlice<String>) {
        guard let key = path.first else { return }
        var members = self.members ?? [:]
        if path.count == 1 {
            members[key] = value
        } else if members[key] != nil || value != nil {
            var member = members[key] ?? .object([:])
            member.setValue(value, at: path.dropFirst())
            members[key] = member
        } else {
            return
        }
        self = .object(members)
    }

    /// Sets a value only where the path holds none.
    mutating func setDefault(_ value: APIValue, at path: String...) {
        if self.value(at: path[...]) == nil { setValue(value, at: path[...]) }
    }
}

extension APIValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    init(stringLiteral value: String) { self = .string(value) }
    init(integerLiteral value: Int64) { self = .integer(value) }
    init(booleanLiteral value: Bool) { self = .bool(value) }
    init(arrayLiteral elements: APIValue...) { self = .array(elements) }
    init(dictionaryLiteral elements: (String, APIValue)...) {
        self = .object(Dictionary(elements, uniquingKeysWith: { _, last in last }))
    }
}
