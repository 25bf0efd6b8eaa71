extension TopologyDecoder {
    /// The keys of a server that say who changes its role.
    static let postgresDriverKeys = [
        "driver", PostgresDriver.Name.patroni.rawValue, PostgresDriver.Name.cloudNativePG.rawValue,
    ]

    /// `driver:` of a server, and the mapping of that name which belongs to it.
    mutating func driver(_ fields: YAMLMapping, called server: String, site: String) -> PostgresDriver? {
        let names = PostgresDriver.Name.allCases.map(\.rawValue)
        let text = fields["driver"]?.text(
            "driver", example: "driver: patroni", rule: "one of \(names.joined(separator: ", "))", &problems,
            where: names.contains)
        guard let name = fields["driver"] == nil ? .sql : text.flatMap(PostgresDriver.Name.init) else { return nil }
        for key in Self.postgresDriverKeys.dropFirst() where fields[key] != nil && key != name.rawValue {
            problems.add(
                "\(quote(key)) means nothing for the driver \(name.rawValue)", at: fields.keyPlace(key),
                fix: "Add \"driver: \(key)\", or remove it.")
        }
        switch name {
        case .sql: return .sql
        case .patroni:
            let example = "patroni: {members: [https://db1.dc1.example.org:8008]}"
            return fields.required(name.rawValue, example: example, &problems).flatMap { patroni($0) }
                .map(PostgresDriver.patroni)
        case .cloudNativePG:
            if !sitesWithKubernetes.contains(site) {
                problems.add(
                    "\(server) of \(site) is CloudNativePG's, and \(site) has no \"kubernetes\"",
                    at: fields.keyPlace("driver"), fix: "Add \"kubernetes:\" to \(site).")
            }
            return fields.required(name.rawValue, example: "cloudnativepg: {cluster: pg-synapse}", &problems)
                .flatMap { cloudNativePG($0) }.map(PostgresDriver.cloudNativePG)
        }
    }

    private mutating func patroni(_ node: YAMLNode) -> PatroniMembers? {
        let keys = [
            "members", "user", "passwordFile", "passwordEnvironment", "caCertificate", "clientCertificate", "clientKey",
        ]
        guard let fields = known(node, called: "\"patroni\"", keys: keys) else { return nil }
        let example = "members: [https://db1.dc1.example.org:8008]"
        let password = password(fields, called: "\"patroni\"", mayBeOnServer: false)
        let urls = fields.required("members", example: example, &problems)?
            .list(called: "\"members\"", example: example, &problems)?
            .compactMap { member($0, example: example, hasPassword: password != nil) }
        if urls?.isEmpty == true {
            problems.add(
                "\"members\" names nobody", at: fields.keyPlace("members"), fix: "Write it like \"\(example)\".")
        }
        for (one, other) in [("user", "passwordFile"), ("clientCertificate", "clientKey")] {
            let hasOther = other == "passwordFile" ? password != nil : fields[other] != nil
            guard (fields[one] != nil) != hasOther else { continue }
            problems.add(
                "\"patroni\" has \(hasOther ? "a" : "no") \(quote(other)) and \(hasOther ? "no" : "a") \(quote(one))",
                at: fields.place, fix: "Give both, or neither.")
        }
        return PatroniMembers(
            urls: urls ?? [], user: text("user", fields, example: "user: patroni"), password: password,
            caCertificate: path("caCertificate", fields, example: "caCertificate: certificates/patroni-ca.pem"),
            clientCertificate: path(
                "clientCertificate", fields, example: "clientCertificate: certificates/handover.pem"),
            clientKey: path("clientKey", fields, example: "clientKey: secrets/handover.key"))
    }

    /// The address of one member's REST API. A password travels in the clear only on this machine.
    private mutating func member(_ node: YAMLNode, example: String, hasPassword: Bool) -> String? {
        guard let text = node.text("members", example: example, &problems) else { return nil }
        let scheme = ["https://", "http://"].first(where: text.hasPrefix)
        let rest = text.dropFirst(scheme?.count ?? 0)
        guard let scheme, !rest.isEmpty,
            rest.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || ".:-_[]%".contains($0)) })
        else {
            problems.add(
                "a member is written as http:// or https:// with host and port, and nothing behind it", at: node.place,
                fix: "Write it like \"\(example)\".")
            return nil
        }
        let isLocal = ["127.0.0.1", "localhost", "[::1]"].contains { rest == $0 || rest.hasPrefix("\($0):") }
        if scheme == "http://", hasPassword, !isLocal {
            problems.add(
                "the password of Patroni's REST API would travel in the clear to \(rest)", at: node.place,
                fix: "Turn on TLS in Patroni (restapi.certfile) and write https://.")
        }
        return text
    }

    private mutating func cloudNativePG(_ node: YAMLNode) -> CloudNativePGCluster? {
        guard
            let fields = node.mapping(called: "\"cloudnativepg\"", keys: ["cluster", "namespace"], &problems),
            let cluster = objectName("cluster", fields.required("cluster", example: "cluster: pg-synapse", &problems))
        else { return nil }
        return CloudNativePGCluster(name: cluster, namespace: objectName("namespace", fields["namespace"]))
    }

    mutating func objectName(_ key: String, _ node: YAMLNode?) -> String? {
        node?.text(
            key, example: "\(key): pg-synapse", rule: "of small letters, digits, - and ., at most 63", &problems,
            where: {
                $0.utf8.count <= 63
                    && $0.allSatisfy { ("a"..."z").contains($0) || ("0"..."9").contains($0) || "-.".contains($0) }
            })
    }

    /// Who connects how is the operator's own business there.
    mutating func checkReplication(_ fields: YAMLMapping, _ driver: PostgresDriver.Name) {
        let own: [String]
        switch driver {
        case .sql: return
        case .patroni: own = ["host", "port", "slot"]
        case .cloudNativePG: own = ["host", "port"]
        }
        for entry in fields.entries where !own.contains(entry.key) {
            problems.add(
                "\(quote(entry.key)) means nothing for the driver \(driver.rawValue), which makes its own connections",
                at: entry.keyPlace, fix: "Remove it from \"replication\".")
        }
    }

    /// Slots, upstreams and the way back are made at both ends, by means that only one kind of operator understands.
    mutating func checkDrivers() {
        var first: [String: (site: String, name: PostgresDriver.Name)] = [:]
        for (site, server, place) in servers {
            let name = server.driver.name
            guard let known = first[server.cluster] else {
                first[server.cluster] = (site, name)
                continue
            }
            guard known.name != name else { continue }
            problems.add(
                "\(site)/\(server.cluster) has the driver \(name.rawValue), and \(known.site)/\(server.cluster) has "
                    + "\(known.name.rawValue): slots and upstreams are made at both ends by the same means", at: place,
                fix: "Give the cluster \(quote(server.cluster)) the same driver at every site.")
        }
    }
}
