import FailoverModel

/// A value that an answer must have somewhere.
struct ExpectedValue: Equatable, Sendable {
    enum Rule: Equatable, Sendable {
        case equal(JSONValue)
        /// A web address, with or without its last slash.
        case address(String)
        case anything
        case text
        case list
        /// A list in which one element has this address under the key.
        case listHolding(key: String, address: String)
    }

    /// A JSON pointer (RFC 6901).
    var pointer: String
    var rule: Rule

    init(_ pointer: String, _ rule: Rule) {
        self.pointer = pointer
        self.rule = rule
    }

    /// What is wrong with an answer, in words; `nil` where nothing is.
    func flaw(in answer: JSONValue) -> String? {
        guard let found = answer.value(at: pointer) else { return "its JSON has no \(pointer)" }
        switch rule {
        case .equal(let wanted): return found == wanted ? nil : said(found, wanted.inWords)
        case .address(let wanted):
            return found.text.map(Self.withoutSlash) == Self.withoutSlash(wanted) ? nil : said(found, "\"\(wanted)\"")
        case .anything: return nil
        case .text: return found.text?.isEmpty == false ? nil : said(found, "a text")
        case .list: return found.elements != nil ? nil : said(found, "a list")
        case .listHolding(let key, let address):
            let known = (found.elements ?? []).compactMap { $0[key]?.text }
            guard !known.map(Self.withoutSlash).contains(Self.withoutSlash(address)) else { return nil }
            let names = known.isEmpty ? "none" : known.map { $0.onOneLine(limit: 80) }.joined(separator: ", ")
            return "\(key) in \(pointer) of its JSON is \(names), expected is \(address)"
        }
    }

    private func said(_ found: JSONValue, _ wanted: String) -> String {
        "\(pointer) of its JSON is \(found.inWords), expected is \(wanted)"
    }

    private static func withoutSlash(_ text: String) -> String { text.hasSuffix("/") ? String(text.dropLast()) : text }
}
