/// `synchronous_standby_names` read as PostgreSQL does (PostgreSQL 15 §20.6.2): `2 (a, b)`, `ANY 1 (a, b)`, `a, "b"`, `*`.
struct SynchronousStandbyNames: Equatable, Sendable {
    /// How many standbys a commit waits for.
    var needed: Int
    var names: [String]

    /// `nil` where nothing is waited for.
    init?(_ text: String) {
        let trimmed = text.filter { !$0.isWhitespace || $0 == " " }.split(separator: " ").joined(separator: " ")
        if trimmed.isEmpty { return nil }
        var list = trimmed[...]
        needed = 1
        if let open = trimmed.firstIndex(of: "("), trimmed.last == ")" {
            let head = trimmed[..<open].split(separator: " ")
            needed = head.last.flatMap { Int($0) } ?? 1
            list = trimmed[trimmed.index(after: open)...].dropLast()
        }
        names = list.split(separator: ",").map { name in
            String(name.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()).filter { $0 != "\"" }.lowercased()
        }
    }

    /// Whether these standbys, once they stream, are enough for a commit to return.
    func isSatisfied(by standbys: [String]) -> Bool {
        standbys.filter { names.contains("*") || names.contains($0.lowercased()) }.count >= needed
    }
}
