import Foundation

/// Reads objects that a client sends as `application/vnd.kubernetes.protobuf`, as newer kubectl and Helm do when they
/// create objects of their built-in types. Answers are JSON, which those clients also accept.
///
/// The envelope is four bytes `k8s\0` and a `runtime.Unknown` with kind and bytes of the object
/// (https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding).
enum ProtobufDecoding {
    static func object(_ body: [UInt8]) throws(APIFailure) -> APIValue {
        guard body.starts(with: Array("k8s\0".utf8)) else { throw damaged }
        let envelope = try fields(body[4...])
        var object: APIValue = .object([:])
        var raw: ArraySlice<UInt8> = []
        for field in envelope {
            switch (field.number, field.value) {
            case (1, .bytes(let typeMeta)):
                for part in try fields(typeMeta) {
                    guard case .bytes(let text) = part.value else { continue }
                    object[part.number == 1 ? "apiVersion" : "kind"] = .string(String(decoding: text, as: UTF8.self))
                }
            case (2, .bytes(let bytes)): raw = bytes
            default: break
            }
        }
        guard let kind = object["kind"]?.text, messages[kind] != nil else {
            throw .badRequest("no protobuf form is known of kind \(object["kind"]?.text ?? "(none)")")
        }
        return .object(try members(of: kind, raw).merging(object.members ?? [:]) { $1 })
    }

    // MARK: Messages

    private struct Field: Sendable {
        let mark: Substring
        let name: String
        let type: String
    }

    private static let messages: [String: [Int: Field]] = {
        var messages: [String: [Int: Field]] = [:]
        for line in ProtobufTable.text.split(separator: "\n") {
            let halves = line.split(separator: "|", maxSplits: 1)
            var fields: [Int: Field] = [:]
            for word in halves.count == 2 ? halves[1].split(separator: " ") : [] {
                let rest = word.drop(while: \.isNumber)
                let mark = rest.prefix { !$0.isLetter }
                let parts = rest.dropFirst(mark.count).split(separator: ":")
                guard let number = Int(word.prefix(while: \.isNumber)), let name = parts.first else { continue }
                fields[number] = Field(
                    mark: mark, name: String(name), type: parts.count > 1 ? String(parts[1]) : "string")
            }
            messages[String(halves[0])] = fields
        }
        return messages
    }()

    private static func members(of message: String, _ bytes: ArraySlice<UInt8>) throws(APIFailure) -> [String: APIValue]
    {
        var result: [String: APIValue] = [:]
        for entry in try fields(bytes) {
            guard let field = messages[message]?[entry.number] else { continue }
            switch field.mark {
            case "[]":
                if let item = try value(entry.value, type: field.type) {
                    result[field.name] = .array((result[field.name]?.items ?? []) + [item])
                }
            case "{}":
                let (key, item) = try pair(entry.value, type: field.type)
                result[field.name, default: .object([:])][key] = item
            case "=":
                let inner = try value(entry.value, type: field.type)?.members ?? [:]
                result.merge(inner) { $1 }
            default:
                guard let single = try value(entry.value, type: field.type), !isAbsent(single, field.name) else {
                    continue
                }
                result[field.name] = single
            }
        }
        return result
    }

    private static func pair(_ value: WireValue, type: String) throws(APIFailure) -> (String, APIValue) {
        guard case .bytes(let bytes) = value else { throw damaged }
        var key = ""
        var item: APIValue = type == "string" || type == "bytes" ? "" : .null
        for part in try fields(bytes) {
            if part.number == 1, case .bytes(let text) = part.value { key = String(decoding: text, as: UTF8.self) }
            if part.number == 2 { item = try self.value(part.value, type: type) ?? item }
        }
        return (key, item)
    }

    private static func value(_ value: WireValue, type: String) throws(APIFailure) -> APIValue? {
        switch (type, value) {
        case ("string", .bytes(let text)): return .string(String(decoding: text, as: UTF8.self))
        case ("bytes", .bytes(let bytes)): return .string(Data(bytes).base64EncodedString())
        case ("int", .number(let number)): return .integer(Int64(bitPattern: number))
        case ("bool", .number(let number)): return .bool(number != 0)
        case ("double", .number(let bits)): return .double(Double(bitPattern: bits))
        case ("time", .bytes(let bytes)), ("microtime", .bytes(let bytes)): return try time(bytes)
        case ("quantity", .bytes(let bytes)): return try first(1, of: bytes, type: "string")
        case ("raw", .bytes(let bytes)):
            return try fields(bytes).lazy.compactMap { field -> APIValue? in
                guard case .bytes(let json) = field.value else { return nil }
                return try? APIValue(json: Array(json))
            }.first
        case ("intOrString", .bytes(let bytes)):
            let isText = try first(1, of: bytes, type: "int") == 1
            return try first(isText ? 3 : 2, of: bytes, type: isText ? "string" : "int")
        case ("strings", .bytes(let bytes)):
            return .array(
                try fields(bytes).compactMap {
                    if case .bytes(let text) = $0.value { .string(String(decoding: text, as: UTF8.self)) } else { nil }
                })
        case (_, .bytes(let bytes)): return .object(try members(of: type, bytes))
        case (_, .number): throw damaged
        }
    }

    private static func first(_ number: Int, of bytes: ArraySlice<UInt8>, type: String) throws(APIFailure) -> APIValue?
    {
        for field in try fields(bytes) where field.number == number { return try value(field.value, type: type) }
        return nil
    }

    private static func time(_ bytes: ArraySlice<UInt8>) throws(APIFailure) -> APIValue? {
        guard let seconds = try first(1, of: bytes, type: "int")?.int else { return nil }
        return .string(APITimestamp.text(Date(timeIntervalSince1970: Double(seconds))))
    }

    /// Go sends fields that are not pointers even when they are empty, where its JSON leaves them out.
    private static func isAbsent(_ value: APIValue, _ name: String) -> Bool {
        value == "" || ((value == 0 || value == false) && absentWhenZero.contains(name))
    }

    private static let absentWhenZero: Set<String> = [
        "hostPort", "nodePort", "targetPort", "minReadySeconds", "initialDelaySeconds", "timeoutSeconds",
        "periodSeconds", "successThreshold", "failureThreshold", "generation", "observedGeneration", "count",
        "hostNetwork", "hostPID", "hostIPC", "stdin", "stdinOnce", "tty", "readOnly", "paused",
        "publishNotReadyAddresses",
    ]

    // MARK: The wire

    private enum WireValue: Sendable {
        case number(UInt64)
        case bytes(ArraySlice<UInt8>)
    }

    private static let damaged = APIFailure.badRequest("the body is not a protobuf of Kubernetes")

    private static func fields(_ bytes: ArraySlice<UInt8>) throws(APIFailure) -> [(number: Int, value: WireValue)] {
        var rest = bytes
        var result: [(number: Int, value: WireValue)] = []
        while !rest.isEmpty {
            let tag = try varint(&rest)
            let number = Int(truncatingIfNeeded: tag >> 3)
            switch tag & 7 {
            case 0: result.append((number, .number(try varint(&rest))))
            case 1, 5:
                let size = tag & 7 == 1 ? 8 : 4
                guard rest.count >= size else { throw damaged }
                let bits = rest.prefix(size).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
                result.append((number, .number(bits)))
                rest = rest.dropFirst(size)
            case 2:
                guard let size = Int(exactly: try varint(&rest)), size <= rest.count else { throw damaged }
                result.append((number, .bytes(rest.prefix(size))))
                rest = rest.dropFirst(size)
            default: throw damaged
            }
        }
        return result
    }

    private static func varint(_ rest: inout ArraySlice<UInt8>) throws(APIFailure) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while let byte = rest.popFirst(), shift < 64 {
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        throw damaged
    }
}
