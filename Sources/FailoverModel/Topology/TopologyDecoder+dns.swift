extension TopologyDecoder {
    /// `dns:` of the topology itself: the zone and how it is changed.
    mutating func zone(_ node: YAMLNode) -> DNSZone? {
        let keys = Self.zoneKeys + Self.driverKeys.values.joined()
        guard
            let fields = known(node, called: "\"dns\"", keys: keys, secrets: Array(Self.driverSecrets.values.joined()))
        else { return nil }
        let name = domainName("zone", fields.required("zone", example: "zone: ess.example.org", &problems))
        zoneName = name
        let driverName = driverName(fields)
        let servers = servers(fields, areRequired: !["route53", "cloudflare"].contains(driverName))
        let ttl = fields["ttl"]?.duration("ttl", in: 1000...604_800_000, example: "ttl: 60s", &problems)
        if let ttl, ttl % 1000 != 0, let node = fields["ttl"] {
            problems.add("\"ttl\" is of whole seconds", at: node.place, fix: "Write it like \"ttl: 60s\".")
        }
        guard let driverName, let driver = driver(driverName, fields) else { return nil }
        return DNSZone(name: name ?? "", driver: driver, servers: servers, ttlSeconds: (ttl ?? 60_000) / 1000)
    }

    private static let zoneKeys = ["driver", "zone", "servers", "ttl"]
    /// The keys of each driver beside those.
    private static let driverKeys = [
        "rfc2136": ["key"], "powerdns": ["url", "apiKeyFile", "apiKeyEnvironment", "caCertificate", "serverID"],
        "route53": ["hostedZone", "url", "region", "caCertificate"] + awsKeys,
        "cloudflare": ["zoneID", "url", "apiTokenFile", "apiTokenEnvironment", "caCertificate"],
    ]

    /// Keys of each driver that would hold a secret in the file itself, which it refuses.
    private static let driverSecrets = [
        "rfc2136": [], "powerdns": inlineSecrets + ["apiKey"], "route53": inlineSecrets + awsSecrets,
        "cloudflare": inlineSecrets + ["apiToken"],
    ]

    private mutating func driverName(_ fields: YAMLMapping) -> String? {
        fields.required("driver", example: "driver: rfc2136", &problems)?.text(
            "driver", example: "driver: rfc2136", rule: "rfc2136, powerdns, route53 or cloudflare", &problems,
            where: { Self.driverKeys[$0] != nil })
    }

    private mutating func driver(_ name: String, _ fields: YAMLMapping) -> DNSZone.Driver? {
        let secrets = Self.driverSecrets[name] ?? []
        let own = Self.zoneKeys + (Self.driverKeys[name] ?? []) + secrets
        let known = Array(Self.driverKeys.values.joined()) + Self.driverSecrets.values.joined()
        for entry in fields.entries where known.contains(entry.key) && !own.contains(entry.key) {
            problems.add(
                "\(quote(entry.key)) means nothing for the driver \(name)", at: entry.keyPlace,
                fix: "Remove it, or change the driver.")
        }
        switch name {
        case "powerdns": return powerDNS(fields).map(DNSZone.Driver.powerDNS)
        case "route53": return route53(fields).map(DNSZone.Driver.route53)
        case "cloudflare": return cloudflare(fields).map(DNSZone.Driver.cloudflare)
        default:
            let example = "key: {name: failover, secretFile: secrets/tsig}"
            return fields.required("key", example: example, &problems).flatMap { updateKey($0) }
                .map(DNSZone.Driver.dynamicUpdate)
        }
    }

    private mutating func route53(_ fields: YAMLMapping) -> DNSZone.Route53Zone? {
        let id = fields.required("hostedZone", example: "hostedZone: Z0123456789", &problems)?.text(
            "hostedZone", example: "hostedZone: Z0123456789", rule: "of letters and digits, at most 32", &problems,
            where: { $0.utf8.count <= 32 && $0.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) } })
        let usual = "https://route53.amazonaws.com"
        let url = fields["url"] == nil ? usual : apiURL(fields, example: "url: \(usual)", sends: nil)
        let region = region(fields)
        let certificate = path("caCertificate", fields, example: "caCertificate: certificates/dns-ca.pem")
        guard let keys = awsKeys(fields, called: "\"dns\"", url: url) else { return nil }
        return DNSZone.Route53Zone(
            id: id ?? "", keys: keys, url: url ?? "", region: region, caCertificate: certificate)
    }

    private mutating func updateKey(_ node: YAMLNode) -> DNSZone.UpdateKey? {
        let keys = ["name", "algorithm", "secretFile", "secretEnvironment"]
        guard let fields = known(node, called: "\"key\"", keys: keys, secrets: ["secret"]) else { return nil }
        let name = domainName("name", fields.required("name", example: "name: failover", &problems))
        let algorithms = DNSZone.UpdateKey.Algorithm.allCases.map(\.rawValue)
        let algorithm = fields["algorithm"]?.text(
            "algorithm", example: "algorithm: hmac-sha256", rule: "one of \(algorithms.joined(separator: ", "))",
            &problems, where: algorithms.contains)
        guard
            let secret = secret("secret", fields, called: "\"key\"", example: "secretFile: secrets/tsig")
        else { return nil }
        return DNSZone.UpdateKey(
            name: name ?? "", algorithm: algorithm.flatMap(DNSZone.UpdateKey.Algorithm.init(rawValue:)) ?? .sha256,
            secret: secret)
    }

    private mutating func powerDNS(_ fields: YAMLMapping) -> DNSZone.PowerDNSServer? {
        let url = apiURL(fields, example: "url: https://dns.example.org:8081", sends: "the API's key")
        let serverID = fields["serverID"]?.text(
            "serverID", example: "serverID: localhost", rule: "of letters, digits, -, . and _", &problems,
            where: { $0.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-._".contains($0)) } })
        let certificate = path("caCertificate", fields, example: "caCertificate: certificates/dns-ca.pem")
        guard let key = secret("apiKey", fields, called: "\"dns\"", example: "apiKeyFile: secrets/powerdns") else {
            return nil
        }
        return DNSZone.PowerDNSServer(
            url: url ?? "", key: key, caCertificate: certificate, serverID: serverID ?? "localhost")
    }

    /// `https://HOST[:PORT]`. Where something secret travels with every request (`sends`), plain `http://` is only for this
    /// machine.
    mutating func apiURL(_ fields: YAMLMapping, example: String, sends secret: String?) -> String? {
        guard let node = fields.required("url", example: example, &problems),
            var url = node.text("url", example: example, &problems)
        else { return nil }
        if url.hasSuffix("/") { url.removeLast() }
        let rest = Self.authority(of: url)
        let isHostAndPort = rest.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || ".-:[]".contains($0)) }
        if rest.contains("@") {
            // Not shown: it may hold a password.
            problems.add("\"url\" has a user or a password in it", at: node.place, fix: "Write it like \"\(example)\".")
        } else if rest.isEmpty || !isHostAndPort {
            problems.add(
                "\"url\" is https:// with a host and a port, and this is \(quote(url))", at: node.place,
                fix: "Write it like \"\(example)\".")
        } else if let secret, !Self.isPrivate(url) {
            problems.add(
                "\"url\" is not https, so everybody on the way could read \(secret)", at: node.place,
                fix: "Put a proxy with TLS before the API, and write it like \"\(example)\".")
        }
        return url
    }

    /// Whether nobody on the way can read what is sent there.
    static func isPrivate(_ url: String) -> Bool {
        url.hasPrefix("https://") || ["localhost", "127.0.0.1", "[::1]"].contains(host(of: authority(of: url)))
    }

    /// What follows the scheme; nothing where that is another one.
    private static func authority(of url: String) -> Substring {
        url.hasPrefix("https://") ? url.dropFirst(8) : url.hasPrefix("http://") ? url.dropFirst(7) : ""
    }

    /// The host of `HOST:PORT`, an IPv6 address with its brackets.
    private static func host(of authority: Substring) -> String {
        let end = authority.lastIndex(of: "]").map(authority.index(after:)) ?? authority.firstIndex(of: ":")
        return String(authority[..<(end ?? authority.endIndex)])
    }

    private mutating func servers(_ fields: YAMLMapping, areRequired: Bool) -> [DNSZone.Server] {
        let example = "servers: [192.0.2.53, \"192.0.2.54:5353\"]"
        if fields["servers"] == nil, !areRequired { return [] }
        guard let node = fields.required("servers", example: example, &problems),
            let items = node.list(called: "\"servers\"", example: example, &problems)
        else { return [] }
        if items.isEmpty {
            problems.add("\"servers\" names no server", at: node.place, fix: "Write it like \"\(example)\".")
        }
        var servers: [DNSZone.Server] = []
        for item in items {
            guard let text = item.text("servers", example: example, &problems) else { continue }
            guard let server = DNSZone.Server(text) else {
                problems.add(
                    "a server is an address, with a port where that is not 53, and this is \(quote(text))",
                    at: item.place,
                    fix: "Write the address: a name would have to be looked up in the DNS that is to be changed.")
                continue
            }
            if servers.contains(server) {
                problems.add("\(server) is named twice", at: item.place, fix: "Remove one of them.")
            }
            servers.append(server)
        }
        return servers
    }
}

extension DNSZone.Server {
    /// Reads what `description` writes.
    init?(_ text: String) {
        if let address = InternetAddress(text) {
            self.init(address: address)
            return
        }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]), port > 0
        else { return nil }
        var host = text[..<colon]
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        if isBracketed { host = host.dropFirst().dropLast() }
        guard let address = InternetAddress(host), address.isIPv6 == isBracketed else { return nil }
        self.init(address: address, port: port)
    }
}
