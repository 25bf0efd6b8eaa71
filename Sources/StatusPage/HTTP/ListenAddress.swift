/// `HOST:PORT`; port 0 lets the system choose.
package struct ListenAddress: Equatable, Sendable {
    package var host: String
    package var port: Int

    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (0...65_535).contains(port)
        else { return nil }
        var host = text[..<colon]
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        if isBracketed { host = host.dropFirst().dropLast() }
        guard !host.isEmpty, !host.contains(where: \.isWhitespace), isBracketed || !host.contains(":") else {
            return nil
        }
        self.host = String(host)
        self.port = port
    }

    /// Whether only this machine can connect to it.
    package var isLoopback: Bool { HostGuard.isLoopback(host.lowercased()) }

    /// As it stands in an address.
    package var shownHost: String { host.contains(":") ? "[\(host)]" : host }
}
