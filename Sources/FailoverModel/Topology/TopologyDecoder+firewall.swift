extension TopologyDecoder {
    /// `firewall:` of a site: the places at which its outbound traffic can be closed, by name.
    mutating func firewalls(_ node: YAMLNode, site: String, hasKubernetes: Bool) -> [SiteFirewall] {
        guard let places = node.mapping(called: "\"firewall\" of \(site)", &problems) else { return [] }
        if places.entries.isEmpty {
            problems.add(
                "\"firewall\" of \(site) names nothing", at: places.place,
                fix: "Add one, such as \"cluster: {driver: networkPolicy}\", or remove \"firewall\".")
        }
        return places.entries.compactMap { entry in
            checkName(entry, what: "firewall")
            return firewall(entry, site: site, hasKubernetes: hasKubernetes)
        }
    }

    /// What each driver takes, besides `driver` and `probes`.
    private static let own = [
        "networkPolicy": [], "cilium": ["allow"], "calico": ["allow", "tier"], "nftables": ["program", "allow"],
        "program": ["look", "block", "open", "environment", "timeLimit"],
    ]

    private mutating func firewall(_ entry: YAMLNode.Entry, site: String, hasKubernetes: Bool) -> SiteFirewall? {
        let common = ["driver", "probes"]
        let called = "the firewall \(quote(entry.key)) of \(site)"
        let keys = common + Set(Self.own.values.flatMap(\.self)).sorted()
        guard let fields = entry.value.mapping(called: called, keys: keys, &problems) else { return nil }
        let name = fields.required("driver", example: "driver: nftables", &problems)?.text(
            "driver", example: "driver: nftables", rule: "networkPolicy, cilium, calico, nftables or program",
            &problems, where: { Self.own[$0] != nil })
        let probes = fields["probes"].map { self.probes($0, of: called) } ?? []
        guard let name, let allowed = Self.own[name] else { return nil }
        for entry in fields.entries where keys.contains(entry.key) && !(common + allowed).contains(entry.key) {
            problems.add(
                "\(quote(entry.key)) means nothing for the driver \(name)", at: entry.keyPlace,
                fix: "Remove it, or change the driver.")
        }
        if ["networkPolicy", "cilium", "calico"].contains(name), !hasKubernetes {
            problems.add(
                "\(called) is a policy of Kubernetes, and \(site) has no \"kubernetes\"", at: entry.keyPlace,
                fix: "Add \"kubernetes:\" to \(site), or choose the driver nftables.")
        }
        return SiteFirewall(name: entry.key, driver: driver(name, fields), probes: probes)
    }

    private mutating func driver(_ name: String, _ fields: YAMLMapping) -> SiteFirewall.Driver {
        switch name {
        case "cilium": return .cilium(allow: networks(fields))
        case "calico": return .calico(allow: networks(fields), tier: tier(fields))
        case "program": return .program(programs(fields))
        case "nftables":
            let example = "program: [ssh, -o, BatchMode=yes, root@edge.example.org, nft]"
            let program = fields.required("program", example: example, &problems)
                .flatMap { words("program", $0, example: example) }
            return .nftables(program: program ?? [], allow: networks(fields))
        default: return .networkPolicy
        }
    }

    private mutating func tier(_ fields: YAMLMapping) -> String {
        let letters = Set("abcdefghijklmnopqrstuvwxyz0123456789-.")
        return fields["tier"]?.text(
            "tier", example: "tier: security", rule: "a name as Kubernetes has them", &problems,
            where: { !$0.isEmpty && $0.count <= 63 && $0.allSatisfy(letters.contains) }) ?? "default"
    }

    private mutating func programs(_ fields: YAMLMapping) -> SiteFirewall.Programs {
        var found: [String: [String]] = [:]
        for key in ["look", "block", "open"] {
            let example = "\(key): [/usr/local/sbin/egress, \(key), dc1]"
            found[key] = fields.required(key, example: example, &problems)
                .flatMap { words(key, $0, example: example) }
        }
        return SiteFirewall.Programs(
            look: found["look"] ?? [], block: found["block"] ?? [], open: found["open"] ?? [],
            environment: variableNames(fields),
            timeLimitMilliseconds: fields["timeLimit"]?.duration(
                "timeLimit", in: 1_000...600_000, example: "timeLimit: 30s", &problems) ?? 20_000)
    }

    /// `environment`: the names of the variables that programs get.
    mutating func variableNames(_ fields: YAMLMapping) -> [String] {
        let example = "environment: [FIREWALL_TOKEN]"
        return (fields["environment"]?.list(called: "\"environment\"", example: example, &problems) ?? []).compactMap {
            $0.text(
                "environment", example: example, rule: "of names of variables", &problems,
                where: { !$0.isEmpty && $0.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") } })
        }
    }

    private mutating func probes(_ node: YAMLNode, of firewall: String) -> [SiteFirewall.Probe] {
        guard let probes = node.mapping(called: "\"probes\" of \(firewall)", &problems) else { return [] }
        return probes.entries.compactMap { entry in
            checkName(entry, what: "probe")
            let example = "\(entry.key): [ssh, root@edge.example.org, nc, -z, -w, \"3\", 192.0.2.80, \"443\"]"
            return words(entry.key, entry.value, example: example)
                .map { SiteFirewall.Probe(name: entry.key, program: $0) }
        }
    }

    mutating func networks(
        _ fields: YAMLMapping, key: String = "allow",
        example: String = "allow: [10.1.0.0/16, \"2001:db8:1::/48\", 192.0.2.53]"
    ) -> [InternetNetwork] {
        var networks: [InternetNetwork] = []
        for item in fields[key]?.list(called: "\"\(key)\"", example: example, &problems) ?? [] {
            guard let text = item.text(key, example: example, &problems) else { continue }
            guard let network = InternetNetwork(text) else {
                problems.add(
                    "\"\(key)\" is of addresses and networks, and this is \(quote(text))", at: item.place,
                    fix: "Write an address, or a network whose bits behind the prefix are 0, like 10.1.0.0/16.")
                continue
            }
            if networks.contains(network) {
                problems.add("\(network) is written twice", at: item.place, fix: "Remove one of them.")
            }
            networks.append(network)
        }
        return networks
    }

    /// A program and its arguments: never a text that a shell would take apart.
    mutating func words(_ key: String, _ node: YAMLNode, example: String) -> [String]? {
        guard let items = node.list(called: "\"\(key)\"", example: example, &problems) else { return nil }
        let words = items.compactMap { $0.text(key, example: example, &problems) }
        guard words.count == items.count else { return nil }
        guard let program = words.first, program.hasPrefix("/") || !program.contains("/") else {
            problems.add(
                "\"\(key)\" begins with a program: its whole path, or a name to be found in PATH", at: node.place,
                fix: "Write it like \"\(example)\".")
            return nil
        }
        return words
    }
}
