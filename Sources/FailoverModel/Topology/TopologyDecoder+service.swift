extension TopologyDecoder {
    /// `service:` of a site.
    mutating func service(_ node: YAMLNode, site: String) -> ServiceEndpoint? {
        let keys = ["url", "expectedStatus", "caCertificate", "ingress", "publicAddresses", "rtc"]
        guard let fields = node.mapping(called: "\"service\"", keys: keys, &problems) else { return nil }
        let status = expectedStatus(fields)
        let example = "url: https://matrix.example.org/_matrix/client/versions"
        let hasURL = fields["url"] != nil || !hasExpectations
        let endpoint = ServiceEndpoint(
            url: hasURL ? url(fields, example: example) ?? "" : nil, expectedStatus: status ?? 200,
            caCertificate: path("caCertificate", fields, example: "caCertificate: ca.pem"),
            ingress: ingress(fields, site: site),
            publicAddresses: addresses("publicAddresses", fields, example: "publicAddresses: [198.51.100.10]"),
            rtc: fields["rtc"].flatMap { rtc($0) })
        for key in ["ingress", "publicAddresses", "rtc"] where fields[key] != nil && !hasExpectations {
            problems.add(
                "\(quote(key)) of \(site) means nothing, because the topology does not say what is expected there",
                at: fields.keyPlace(key),
                fix: "Add \"service: {serverName: …, hosts: {synapse: …}}\" beside \"sites\", or remove it.")
        }
        siteServices.append((site, endpoint, fields.place))
        return endpoint
    }

    private mutating func ingress(_ fields: YAMLMapping, site: String) -> HostAndPort? {
        let example = "ingress: 198.51.100.10"
        guard hasExpectations || fields["ingress"] != nil else { return nil }
        guard let node = fields["ingress"] else {
            problems.add(
                "\"service\" of \(site) has no \"ingress\", and the topology expects answers of every site",
                at: fields.place, fix: "Add the address of its ingress, like \"\(example)\".")
            return nil
        }
        return hostAndPort("ingress", node, usualPort: 443, example: example)
    }

    mutating func hostAndPort(
        _ key: String, _ node: YAMLNode, usualPort: Int, example: String
    ) -> HostAndPort? {
        node.text(
            key, example: example, rule: "a host or an address, with a port where that is not \(usualPort)", &problems,
            where: { HostAndPort($0, usualPort: usualPort) != nil }
        ).flatMap { HostAndPort($0, usualPort: usualPort) }
    }

    private mutating func rtc(_ node: YAMLNode) -> ServiceEndpoint.RTCMedia? {
        let keys = ["address", "port", "advertised"]
        guard let fields = node.mapping(called: "\"rtc\"", keys: keys, &problems) else { return nil }
        let example = "address: 198.51.100.11"
        let own = fields.required("address", example: example, &problems).flatMap {
            self.address("address", $0, example: example)
        }
        let advertised = fields["advertised"].flatMap {
            self.address("advertised", $0, example: "advertised: 198.51.100.11")
        }
        let port = fields["port"]?.integer("port", in: 1...65_535, example: "port: 30001", &problems)
        guard let own else { return nil }
        return .init(address: own, port: UInt16(clamping: port ?? 30_001), advertised: advertised)
    }

    private mutating func address(_ key: String, _ node: YAMLNode, example: String) -> InternetAddress? {
        node.text(
            key, example: example, rule: "an IPv4 or IPv6 address", &problems,
            where: { InternetAddress($0) != nil }
        ).flatMap { InternetAddress($0) }
    }

    private mutating func addresses(_ key: String, _ fields: YAMLMapping, example: String) -> [InternetAddress] {
        (fields[key]?.list(called: "\"\(key)\"", example: example, &problems) ?? [])
            .compactMap { address(key, $0, example: example) }
    }

    mutating func expectedStatus(_ fields: YAMLMapping) -> Int64? {
        fields["expectedStatus"]?
            .integer("expectedStatus", in: 100...599, example: "expectedStatus: 200", &problems)
    }

    /// What two sites cannot have alike: each is somewhere else.
    mutating func checkServices() {
        for (index, (site, endpoint, place)) in siteServices.enumerated() {
            for other in siteServices[..<index] {
                if let ingress = endpoint.ingress, ingress == other.endpoint.ingress {
                    problems.add(
                        "the ingress \(ingress) of \(site) is that of \(other.site) too", at: place,
                        fix: "Give each site's own: before names move, a site is asked there.")
                }
                if let rtc = endpoint.rtc, rtc.advertised == other.endpoint.rtc?.advertised {
                    problems.add(
                        "the SFU of \(site) advertises \(rtc.advertised), and that of \(other.site) too", at: place,
                        fix: "Give each site's own (matrixRTC.sfu.manualIP): calls go to the address, not to a name.")
                }
                for address in endpoint.publicAddresses where other.endpoint.publicAddresses.contains(address) {
                    problems.add(
                        "the public address \(address) of \(site) is that of \(other.site) too", at: place,
                        fix: "Name only addresses that lead to the site's own ingress.")
                }
            }
        }
    }
}
