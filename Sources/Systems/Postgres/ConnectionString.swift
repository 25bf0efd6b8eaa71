import CLibPQ
import FailoverModel

/// A libpq connection string taken apart (PostgreSQL 15 §34.1.1), as `primary_conninfo` holds one.
struct ConnectionString: Equatable, Sendable {
    /// Keyword and value, without those that are secret.
    var keywords: [String: String]
    /// Whether the string carried a password (or a key's passphrase) that was left out of `keywords`.
    var hadSecret: Bool

    private static let secretKeywords: Set<String> = ["password", "sslpassword"]

    init(keywords: [String: String], hadSecret: Bool = false) {
        self.keywords = keywords
        self.hadSecret = hadSecret
    }

    /// `nil` where libpq cannot read it.
    init?(parsing text: String) {
        guard let options = PQconninfoParse(text, nil) else { return nil }
        defer { PQconninfoFree(options) }
        keywords = [:]
        hadSecret = false
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val {
                let name = String(cString: keyword)
                if Self.secretKeywords.contains(name) {
                    hadSecret = true
                } else {
                    keywords[name] = String(cString: value)
                }
            }
            option += 1
        }
    }

    /// The string with the password put in; sorted, so that the same keywords give the same text.
    func text(password: Secret?) -> String {
        var all = keywords
        if let password { all["password"] = password.reveal() }
        return all.sorted { $0.key < $1.key }.map { "\($0.key)=\(Self.quoted($0.value))" }.joined(separator: " ")
    }

    var host: String? { keywords["host"] ?? keywords["hostaddr"] }
    var port: Int? { keywords["port"].map { Int($0) } ?? 5432 }

    private static func quoted(_ value: String) -> String {
        let isPlain = !value.isEmpty && value.allSatisfy { !$0.isWhitespace && $0 != "'" && $0 != "\\" }
        if isPlain { return value }
        return "'" + value.map { $0 == "'" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "'"
    }
}

/// Quotes for statements that take no parameters, as `PQescapeLiteral` and `PQescapeIdentifier` do.
enum SQLText {
    static func literal(_ value: String) -> String {
        let doubled = value.map { $0 == "'" ? "''" : $0 == "\\" ? "\\\\" : String($0) }.joined()
        return value.contains("\\") ? " E'\(doubled)'" : "'\(doubled)'"
    }

    /// `ALTER SYSTEM SET name = value`; refuses what cannot stand in postgresql.auto.conf.
    static func alterSystem(_ name: String, to value: String, at place: String) throws(Fault) -> String {
        guard !value.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
            throw Fault(
                .invalid, "the value for \(name) contains a line break or another control character", at: place,
                next: "Correct the topology or the file the password comes from")
        }
        return "ALTER SYSTEM SET \(name) = \(literal(value))"
    }
}
