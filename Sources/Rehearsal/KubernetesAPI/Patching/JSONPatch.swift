/// A JSON patch (RFC 6902): operations in order, all or none.
struct JSONPatch: Sendable {
    let operations: [APIValue]

    /// Reads the array of operations; a client's mistake is a bad request.
    init(_ body: APIValue) throws(APIFailure) {
        guard let operations = body.items else { throw .badRequest("a JSON patch must be an array of operations") }
        self.operations = operations
    }

    /// The value after every operation. A failed `test` or a missing path is an invalid patch (422).
    func applied(to value: APIValue) throws(APIFailure) -> APIValue {
        var result = value
        for operation in operations { result = try Self.apply(operation, to: result) }
        return result
    }

    private static func apply(_ operation: APIValue, to value: APIValue) throws(APIFailure) -> APIValue {
        let path = try pointer(operation["path"], of: operation)
        switch operation["op"]?.text {
        case "add": return try value.adding(operation["value"] ?? .null, at: path[...])
        case "remove": return try value.removing(at: path[...])
        case "replace":
            return try value.removing(at: path[...]).adding(operation["value"] ?? .null, at: path[...])
        case "move":
            let from = try pointer(operation["from"], of: operation)
            let moved = try value.found(at: from[...])
            return try value.removing(at: from[...]).adding(moved, at: path[...])
        case "copy":
            let from = try pointer(operation["from"], of: operation)
            return try value.adding(value.found(at: from[...]), at: path[...])
        case "test":
            guard try value.found(at: path[...]) == operation["value"] ?? .null else {
                throw failure("testing value /\(path.joined(separator: "/")) failed")
            }
            return value
        default:
            throw .badRequest("unexpected kind of JSON patch operation: \(operation["op"]?.json ?? "none")")
        }
    }

    private static func pointer(_ text: APIValue?, of operation: APIValue) throws(APIFailure) -> [String] {
        guard let text = text?.text, text.isEmpty || text.hasPrefix("/") else {
            throw .badRequest("a JSON patch operation needs a path that starts with '/': \(operation.json)")
        }
        return text.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map {
            String($0).replacing("~1", with: "/").replacing("~0", with: "~")
        }
    }

    static func failure(_ message: String) -> APIFailure {
        APIFailure(
            code: 422, reason: "Invalid",
            message: "the server rejected our request due to an error in our request: "
                + message)
    }
}

extension APIValue {
    fileprivate func found(at path: ArraySlice<String>) throws(APIFailure) -> APIValue {
        guard let key = path.first else { return self }
        switch self {
        case .object(let members):
            if let member = members[key] { return try member.found(at: path.dropFirst()) }
        case .array(let items):
            if let index = Int(key), items.indices.contains(index) {
                return try items[index].found(at: path.dropFirst())
            }
        case .null, .bool, .integer, .double, .string: break
        }
        throw JSONPatch.failure("path does not exist at \"\(key)\"")
    }

    fileprivate func adding(_ value: APIValue, at path: ArraySlice<String>) throws(APIFailure) -> APIValue {
        guard let key = path.first else { return value }
        switch self {
        case .object(var members):
            if path.count == 1 {
                members[key] = value
            } else {
                guard let member = members[key] else { throw JSONPatch.failure("path does not exist at \"\(key)\"") }
                members[key] = try member.adding(value, at: path.dropFirst())
            }
            return .object(members)
        case .array(var items):
            let index = key == "-" ? items.count : Int(key) ?? -1
            guard index >= 0, index < items.count + (path.count == 1 ? 1 : 0) else {
                throw JSONPatch.failure("index \"\(key)\" is outside the list")
            }
            if path.count == 1 {
                items.insert(value, at: index)
            } else {
                items[index] = try items[index].adding(value, at: path.dropFirst())
            }
            return .array(items)
        case .null, .bool, .integer, .double, .string:
            throw JSONPatch.failure("path does not exist at \"\(key)\"")
        }
    }

    fileprivate func removing(at path: ArraySlice<String>) throws(APIFailure) -> APIValue {
        guard let key = path.first else { return .null }
        switch self {
        case .object(var members):
            guard let member = members[key] else { throw JSONPatch.failure("path does not exist at \"\(key)\"") }
            members[key] = path.count == 1 ? nil : try member.removing(at: path.dropFirst())
            return .object(members)
        case .array(var items):
            guard let index = Int(key), items.indices.contains(index) else {
                throw JSONPatch.failure("index \"\(key)\" is outside the list")
            }
            if path.count == 1 {
                items.remove(at: index)
            } else {
                items[index] = try items[index].removing(at: path.dropFirst())
            }
            return .array(items)
        case .null, .bool, .integer, .double, .string:
            throw JSONPatch.failure("path does not exist at \"\(key)\"")
        }
    }
}
