/// A version of three numbers; what follows them (`-rc.1`, `+meta`) is not looked at.
struct VersionNumber: Comparable, Sendable {
    var parts: [Int]

    init(_ major: Int, _ minor: Int, _ patch: Int) { parts = [major, minor, patch] }

    init?(_ text: some StringProtocol) {
        let numbers = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }.split(separator: ".").map { Int($0) }
        guard numbers.count >= 2, numbers.allSatisfy({ $0 != nil }) else { return nil }
        parts = numbers.compactMap(\.self).prefix(3) + Array(repeating: 0, count: max(0, 3 - numbers.count))
    }

    static func < (left: Self, right: Self) -> Bool { left.parts.lexicographicallyPrecedes(right.parts) }
}
