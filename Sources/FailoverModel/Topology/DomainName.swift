/// What a topology may write as a name in the DNS.
package enum DomainName {
    static let rule = "a name of labels with letters, digits, - and _ between dots, each at most 63 and all at most 253"

    /// The name in small letters and without the last dot; `nil` where it is none.
    static func canonical(_ text: String) -> String? {
        let name = text.hasSuffix(".") ? text.dropLast() : Substring(text)
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        guard name.utf8.count <= 253, labels.allSatisfy(isLabel) else { return nil }
        return name.lowercased()
    }

    /// Whether `name` is the zone's own name or below it; both canonical.
    package static func isInside(_ name: String, zone: String) -> Bool { name == zone || name.hasSuffix(".\(zone)") }

    private static func isLabel(_ label: Substring) -> Bool {
        (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
            && label.utf8.allSatisfy { byte in
                (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte)
                    || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
            }
    }
}
