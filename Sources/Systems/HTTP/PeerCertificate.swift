import CLibCURL
package import FailoverModel

/// What a server's own certificate says of itself.
package struct PeerCertificate: Equatable, Sendable {
    /// The host names and addresses that it is for (`subjectAltName`).
    package var names: [String]
    /// Who has signed it, as libcurl writes it: `CN = Handover rehearsal`.
    package var issuer: String
    package var expiresAt: Moment

    package init(names: [String], issuer: String, expiresAt: Moment) {
        self.names = names
        self.issuer = issuer
        self.expiresAt = expiresAt
    }

    /// Whole days that are left; negative where it has expired.
    package func days(at now: Moment) -> Int64 {
        let seconds = expiresAt.milliseconds(since: now) / 1000
        return seconds >= 0 ? seconds / 86_400 : -((-seconds + 86_399) / 86_400)
    }
}

extension PeerCertificate {
    /// From what libcurl has kept of the last handshake; `nil` where there was none.
    init?(seenBy easy: UnsafeMutableRawPointer) {
        guard let all = handover_curl_get_certificates(easy), all.pointee.num_of_certs > 0 else { return nil }
        var fields: [Substring: Substring] = [:]
        var lines: [String] = []
        var line = all.pointee.certinfo?[0]
        while let entry = line {
            if let text = entry.pointee.data { lines.append(String(cString: text)) }
            line = entry.pointee.next
        }
        for line in lines {
            guard let colon = line.firstIndex(of: ":") else { continue }
            fields[line[..<colon]] = line[line.index(after: colon)...]
        }
        guard let expires = fields["Expire date"].flatMap({ Self.moment($0) }) else { return nil }
        self.init(
            names: Self.names(fields["X509v3 Subject Alternative Name"] ?? ""), issuer: String(fields["Issuer"] ?? ""),
            expiresAt: expires)
    }

    /// `DNS:a.example, IP Address:192.0.2.1`, as OpenSSL prints it.
    private static func names(_ text: Substring) -> [String] {
        text.split(separator: ",").compactMap { part in
            let words = part.split(separator: ":", maxSplits: 1)
            return words.count == 2 ? String(words[1]).trimmingSpaces : nil
        }
    }

    /// `Dec  6 16:41:51 2026 GMT`, as OpenSSL's `ASN1_TIME_print` writes it.
    private static func moment(_ text: Substring) -> Moment? {
        let words = text.split(separator: " ")
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard words.count >= 4, let month = months.firstIndex(of: String(words[0])) else { return nil }
        func two(_ text: some StringProtocol) -> String { text.count == 1 ? "0\(text)" : "\(text)" }
        return Moment("\(words[3])-\(two(String(month + 1)))-\(two(words[1]))T\(words[2])Z")
    }
}

extension Int64 {
    /// `1 day`, `29 days`.
    var inDays: String { "\(self) \(self == 1 ? "day" : "days")" }
}

extension String {
    fileprivate var trimmingSpaces: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
