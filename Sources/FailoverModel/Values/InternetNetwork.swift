/// An address, or all addresses that begin alike: `192.0.2.53`, `10.1.0.0/16`, `2001:db8:1::/48`.
package struct InternetNetwork: Hashable, Sendable {
    package let address: InternetAddress
    /// How many leading bits count: all 32 or 128 of a single address.
    package let prefixLength: Int

    package var isSingleAddress: Bool { prefixLength == address.bytes.count * 8 }

    /// `nil` for anything else, also where bits behind the prefix are set: `10.1.2.3/16` may mean either.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let first = parts.first, let address = InternetAddress(first), parts.count <= 2 else { return nil }
        self.address = address
        guard parts.count == 2 else {
            prefixLength = address.bytes.count * 8
            return
        }
        guard (1...3).contains(parts[1].utf8.count), parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let length = Int(parts[1]), length <= address.bytes.count * 8, length > 0
        else { return nil }
        prefixLength = length
        for (index, byte) in address.bytes.enumerated() {
            let kept = min(max(length - index * 8, 0), 8)
            guard byte & UInt8(truncatingIfNeeded: 0xFF >> kept) == 0 else { return nil }
        }
    }
}

extension InternetNetwork: CustomStringConvertible {
    /// The canonical form, without a length where it is a single address.
    package var description: String { isSingleAddress ? "\(address)" : "\(address)/\(prefixLength)" }
}
