import HTTPTypes

/// Guards against pages of other sites that have their name lead here (DNS rebinding) or send forms here.
struct HostGuard: Sendable {
    /// Whether only names of this machine itself may be asked for.
    let isLoopback: Bool
    let isSecure: Bool

    /// `[::1]:8080`, `localhost:9000` (a tunnel's end has a port of its own), `127.0.0.1`.
    func allows(host: String?) -> Bool {
        guard isLoopback else { return true }
        guard let host else { return false }
        return Self.isLoopback(Self.name(of: host))
    }

    /// Whether a form was sent by a page of ours: the browser says so itself, or the origin is the host that was asked.
    func isOwn(_ headers: HTTPFields, host: String?) -> Bool {
        if let site = headers[.secFetchSite] { return site == "same-origin" }
        guard let origin = headers[.origin], let host else { return false }
        return origin == "\(isSecure ? "https" : "http")://\(host)"
    }

    static func isLoopback(_ name: String) -> Bool {
        if name == "localhost" || name == "::1" { return true }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    /// Without the port and the brackets of an IPv6 address.
    private static func name(of host: String) -> String {
        if host.hasPrefix("["), let end = host.firstIndex(of: "]") {
            let rest = host[host.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { return "" }
            return String(host[host.index(after: host.startIndex)..<end]).lowercased()
        }
        return (host.split(separator: ":").first.map(String.init) ?? "").lowercased()
    }
}
