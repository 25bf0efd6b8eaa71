package import FailoverModel
package import Foundation

/// JSON as bytes. A fraction has no place in a `JSONValue`; it is kept as its text.
extension JSONValue {
    package init(decoding data: Data, at place: String) throws(Fault) {
        do {
            self = try JSONDecoder().decode(Coded.self, from: data).value
        } catch {
            throw Fault(
                .invalid, "the answer is not JSON", at: place,
                next: "Check that this is the API server, and not a proxy's page.")
        }
    }

    /// Keys are sorted, so the same value has the same bytes.
    package func encoded(at place: String) throws(Fault) -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do { return try encoder.encode(Coded(value: self)) } catch {
            throw Fault(.invalid, "a value cannot be written as JSON", at: place, next: "Correct the value.")
        }
    }

    private struct Coded: Codable {
        var value: JSONValue

        init(value: JSONValue) { self.value = value }

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                value = .null
            } else if let flag = try? container.decode(Bool.self) {
                value = .bool(flag)
            } else if let number = try? container.decode(Int64.self) {
                value = .integer(number)
            } else if let text = try? container.decode(String.self) {
                value = .string(text)
            } else if let fields = try? container.decode([String: Coded].self) {
                value = .object(fields.mapValues(\.value))
            } else if let elements = try? container.decode([Coded].self) {
                value = .array(elements.map(\.value))
            } else {
                value = .string("\(try container.decode(Double.self))")
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch value {
            case .null: try container.encodeNil()
            case .bool(let flag): try container.encode(flag)
            case .integer(let number): try container.encode(number)
            case .string(let text): try container.encode(text)
            case .array(let elements): try container.encode(elements.map(Coded.init(value:)))
            case .object(let fields): try container.encode(fields.mapValues(Coded.init(value:)))
            }
        }
    }
}
