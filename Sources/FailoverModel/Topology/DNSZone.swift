/// The zone that holds the users' names, who answers for it, and how it is changed.
package struct DNSZone: Equatable, Sendable {
    /// In small letters, without the last dot.
    package var name: String
    package var driver: Driver
    /// The authoritative servers; each is asked. Dynamic updates go to the first. Where a provider's API changes the zone,
    /// there may be none, and then the API alone says how it is.
    package var servers: [Server]
    /// The TTL of the records that Handover writes.
    package var ttlSeconds: Int64

    package enum Driver: Equatable, Sendable {
        /// Dynamic updates (RFC 2136), signed with a key that the first server knows (TSIG, RFC 8945).
        case dynamicUpdate(UpdateKey)
        /// The HTTP API of PowerDNS.
        case powerDNS(PowerDNSServer)
        /// Amazon Route 53.
        case route53(Route53Zone)
        /// Cloudflare.
        case cloudflare(CloudflareZone)
    }

    /// An authoritative server, by address: its name would have to be looked up in the very system that is changed.
    package struct Server: Hashable, Sendable, CustomStringConvertible {
        package var address: InternetAddress
        package var port: UInt16

        package init(address: InternetAddress, port: UInt16 = 53) {
            self.address = address
            self.port = port
        }

        /// `192.0.2.53`, `192.0.2.53:5353`, `[2001:db8::53]:5353`.
        package var description: String {
            guard port != 53 else { return address.description }
            return address.isIPv6 ? "[\(address)]:\(port)" : "\(address):\(port)"
        }
    }

    package struct UpdateKey: Equatable, Sendable {
        package enum Algorithm: String, CaseIterable, Equatable, Sendable {
            case sha256 = "hmac-sha256"
            case sha384 = "hmac-sha384"
            case sha512 = "hmac-sha512"
        }

        /// The name that both sides know the key by.
        package var name: String
        package var algorithm: Algorithm
        /// The key itself in Base64, as `tsig-keygen` prints it.
        package var secret: SecretReference

        package init(name: String, algorithm: Algorithm = .sha256, secret: SecretReference) {
            self.name = name
            self.algorithm = algorithm
            self.secret = secret
        }
    }

    package struct PowerDNSServer: Equatable, Sendable {
        /// Scheme, host and port of the API, without the last slash.
        package var url: String
        package var key: SecretReference
        package var caCertificate: String?
        /// What PowerDNS calls itself in the API's paths.
        package var serverID: String

        package init(
            url: String, key: SecretReference, caCertificate: String? = nil, serverID: String = "localhost"
        ) {
            self.url = url
            self.key = key
            self.caCertificate = caCertificate
            self.serverID = serverID
        }
    }

    package struct Route53Zone: Equatable, Sendable {
        /// The hosted zone's id: `Z0123456789`.
        package var id: String
        package var keys: AWSKeys
        /// Scheme, host and port of the API, without the last slash.
        package var url: String
        /// The region that signatures are made for.
        package var region: String
        package var caCertificate: String?

        package init(
            id: String, keys: AWSKeys, url: String = "https://route53.amazonaws.com", region: String = "us-east-1",
            caCertificate: String? = nil
        ) {
            self.id = id
            self.keys = keys
            self.url = url
            self.region = region
            self.caCertificate = caCertificate
        }
    }

    package init(name: String, driver: Driver, servers: [Server], ttlSeconds: Int64 = 60) {
        self.name = name
        self.driver = driver
        self.servers = servers
        self.ttlSeconds = ttlSeconds
    }
}

/// The kinds of record that lead users to a site.
package enum DNSRecordType: String, CaseIterable, Hashable, Sendable {
    case address4 = "A"
    case address6 = "AAAA"
    case alias = "CNAME"
}

/// All records of one name and type.
package struct DNSRecordSet: Hashable, Sendable {
    /// In small letters, without the last dot.
    package var name: String
    package var type: DNSRecordType
    /// Addresses in their canonical form, or the one name that an alias leads to; sorted.
    package var values: [String]
    package var ttlSeconds: Int64
    /// Users get the provider's own addresses, and the provider goes on to these (Cloudflare).
    package var isProxied: Bool

    package init(
        _ name: String, _ type: DNSRecordType, _ values: [String], ttlSeconds: Int64, isProxied: Bool = false
    ) {
        self.name = name
        self.type = type
        self.values = values.sorted()
        self.ttlSeconds = ttlSeconds
        self.isProxied = isProxied
    }
}

extension Topology.Site {
    /// The site with the zone's TTL on what its names lead to.
    func withTTL(of zone: DNSZone?) -> Self {
        var site = self
        for index in site.dns.indices { site.dns[index].ttlSeconds = zone?.ttlSeconds ?? 60 }
        return site
    }
}
