/// What proves that a site serves, and where it is reached before the users' names lead to it.
package struct ServiceEndpoint: Equatable, Sendable {
    /// One address to ask, on top of what the topology expects of every site; `nil` where that is enough.
    package var url: String?
    /// The HTTP status that means "serving".
    package var expectedStatus: Int64
    package var caCertificate: String?
    /// The site's ingress as this machine reaches it; needed where the topology expects something of every site.
    package var ingress: HostAndPort?
    /// The addresses that the users' names lead to where this machine does not get there and goes to `ingress` instead
    /// (address translation without a way back).
    package var publicAddresses: [InternetAddress]
    package var rtc: RTCMedia?

    /// Where calls find the site's SFU, which is not behind the ingress.
    package struct RTCMedia: Equatable, Sendable {
        /// The SFU's TCP port as this machine reaches it.
        package var address: InternetAddress
        package var port: UInt16
        /// The address that the SFU tells its clients: `matrixRTC.sfu.manualIP` of the site's values.
        package var advertised: InternetAddress

        package init(address: InternetAddress, port: UInt16 = 30_001, advertised: InternetAddress? = nil) {
            self.address = address
            self.port = port
            self.advertised = advertised ?? address
        }
    }

    package init(
        url: String? = nil, expectedStatus: Int64 = 200, caCertificate: String? = nil, ingress: HostAndPort? = nil,
        publicAddresses: [InternetAddress] = [], rtc: RTCMedia? = nil
    ) {
        self.url = url
        self.expectedStatus = expectedStatus
        self.caCertificate = caCertificate
        self.ingress = ingress
        self.publicAddresses = publicAddresses
        self.rtc = rtc
    }
}

/// A host name or an address, and a port.
package struct HostAndPort: Hashable, Sendable, CustomStringConvertible {
    /// An IPv6 address without its brackets.
    package var host: String
    package var port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads `ingress.example.org`, `192.0.2.10:8443`, `2001:db8::1` and `[2001:db8::1]:8443`.
    init?(_ text: String, usualPort: Int) {
        if InternetAddress(text) != nil {
            self.init(host: text, port: usualPort)
            return
        }
        let colon = text.lastIndex(of: ":")
        let port = colon.map { Int(text[text.index(after: $0)...]) } ?? usualPort
        var host = text[..<(colon ?? text.endIndex)]
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        if isBracketed { host = host.dropFirst().dropLast() }
        let isAddress = InternetAddress(host)?.isIPv6 == isBracketed
        guard let port, (1...65_535).contains(port),
            isAddress || (!isBracketed && DomainName.canonical(String(host)) != nil)
        else { return nil }
        self.init(host: String(host), port: port)
    }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
