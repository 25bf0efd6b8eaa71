/// What a rehearsal's systems are, asked of each of them and not of Handover: one fact a name, `dc2 database timeline`.
struct WorldPicture: Equatable, Sendable {
    var facts: [String: String] = [:]

    /// A system that did not answer is a fact too.
    static let away = "away"

    /// For people: what is another in `other`, a line a fact.
    func differences(from other: WorldPicture) -> [String] {
        Set(facts.keys).union(other.facts.keys).sorted().compactMap { name in
            let (mine, theirs) = (facts[name] ?? "not there", other.facts[name] ?? "not there")
            return mine == theirs ? nil : "\(name): \(mine), and it should be \(theirs)"
        }
    }

    /// As it can be held against the picture of another rehearsal, whose secrets are others: each digest is replaced by the
    /// number of its first appearance, so that what is the same at two sites still is, and what differs still does.
    var comparable: WorldPicture {
        var numbers: [String: Int] = [:]
        var result = self
        for name in facts.keys.sorted() {
            result.facts[name] = facts[name]?.replacing(/#[0-9a-f]{16}/) { match in
                let digest = String(match.output)
                let number = numbers[digest] ?? numbers.count + 1
                numbers[digest] = number
                return "digest \(number)"
            }
        }
        return result
    }

    /// A text that must not be shown, as `#` and 16 digits: enough to tell whether it is the same (FNV-1a).
    static func digest(_ text: String) -> String {
        let hash = text.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        let digits = String(hash, radix: 16)
        return "#" + String(repeating: "0", count: 16 - digits.count) + digits
    }
}
