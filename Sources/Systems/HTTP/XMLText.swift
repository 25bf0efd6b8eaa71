import Foundation

/// The elements of an XML answer by their names.
///
/// Enough for the answers of S3 and Route 53, in which no element holds another of its own name, and there are no
/// sections, prefixes or entities of their own. Whatever else it is given, it finds nothing.
struct XMLText: Sendable {
    private let content: Substring

    init(_ body: Data) { content = String(decoding: body, as: UTF8.self)[...] }

    private init(_ content: Substring) { self.content = content }

    /// The content of each element of the name, in order.
    func elements(_ name: String) -> [XMLText] {
        var found: [XMLText] = []
        var rest = content
        while let start = rest.range(of: "<\(name)") {
            rest = rest[start.upperBound...]
            // A longer name that begins like this one is another.
            guard let next = rest.first, next == ">" || next == "/" || next.isWhitespace else { continue }
            guard let tagEnd = rest.firstIndex(of: ">") else { break }
            if rest[..<tagEnd].hasSuffix("/") {
                found.append(XMLText(""))
                rest = rest[rest.index(after: tagEnd)...]
                continue
            }
            let inside = rest[rest.index(after: tagEnd)...]
            guard let end = inside.range(of: "</\(name)>") else { break }
            found.append(XMLText(inside[..<end.lowerBound]))
            rest = inside[end.upperBound...]
        }
        return found
    }

    /// The text of the first element of the name.
    subscript(_ name: String) -> String? { elements(name).first?.text }

    /// The content with its entities replaced.
    var text: String {
        var text = ""
        var rest = content
        while let start = rest.firstIndex(of: "&") {
            text += rest[..<start]
            rest = rest[start...]
            guard let end = rest.prefix(12).firstIndex(of: ";"),
                let character = Self.entity(rest[rest.index(after: start)..<end])
            else {
                text.append("&")
                rest = rest.dropFirst()
                continue
            }
            text.append(character)
            rest = rest[rest.index(after: end)...]
        }
        return text + rest
    }

    private static func entity(_ name: Substring) -> Character? {
        switch name {
        case "amp": return "&"
        case "lt": return "<"
        case "gt": return ">"
        case "quot": return "\""
        case "apos": return "'"
        default:
            guard name.hasPrefix("#") else { return nil }
            let isHexadecimal = name.hasPrefix("#x")
            let code = UInt32(name.dropFirst(isHexadecimal ? 2 : 1), radix: isHexadecimal ? 16 : 10)
            return code.flatMap(Unicode.Scalar.init).map(Character.init)
        }
    }

    /// A text as it stands between tags.
    static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
