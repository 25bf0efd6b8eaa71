/// The words in braces that a runbook's texts may hold.
struct Placeholders {
    static let names = ["from", "to", "others", "site"]

    var from: String
    var to: String
    var others: [String]
    var site: String?

    func fill(_ text: String) -> String {
        var filled = ""
        for piece in Self.pieces(of: text) {
            switch piece {
            case .text(let text): filled += text
            case .name("from"): filled += from
            case .name("to"): filled += to
            case .name("others"): filled += others.isEmpty ? "no other site" : others.joined(separator: ", ")
            case .name("site"): filled += site ?? "{site}"
            case .name(let other): filled += "{\(other)}"
            }
        }
        return filled
    }

    /// Reports braces with something else in them. A phase has no site of its own.
    static func check(_ text: String, allowed: [String], at place: SourcePlace, _ problems: inout Diagnostics) {
        for case .name(let name) in pieces(of: text) where !allowed.contains(name) {
            let known = allowed.map { "{\($0)}" }
            problems.add(
                "\(quote("{\(name)}")) is not known here", at: place,
                fix: Suggestion.fix(for: "{\(name)}", among: known, these: "words in braces"))
        }
    }

    enum Piece: Equatable {
        case text(String)
        case name(String)
    }

    static func pieces(of text: String) -> [Piece] {
        var pieces: [Piece] = []
        var rest = Substring(text)
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            if open > rest.startIndex { pieces.append(.text(String(rest[..<open]))) }
            pieces.append(.name(String(rest[rest.index(after: open)..<close])))
            rest = rest[rest.index(after: close)...]
        }
        return rest.isEmpty ? pieces : pieces + [.text(String(rest))]
    }
}
