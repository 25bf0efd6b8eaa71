extension TopologyDecoder {
    /// `dns:` of a site: what its names lead to when it serves. The TTL is the zone's.
    mutating func records(_ node: YAMLNode, site: String) -> [DNSRecordSet] {
        guard let names = node.mapping(called: "\"dns\" of \(site)", &problems) else { return [] }
        if zoneName == nil, !hasZone {
            problems.add(
                "\(site) has names, and the topology does not say which zone they are in", at: names.place,
                fix: "Add \"dns: {driver: …, zone: …, servers: […]}\" beside \"sites\".")
        }
        if names.entries.isEmpty {
            problems.add(
                "\"dns\" of \(site) has no name", at: names.place,
                fix: "Add one, such as \"matrix.example.org: {A: [192.0.2.10]}\", or remove \"dns\".")
        }
        var sets: [DNSRecordSet] = []
        var seen: [String] = []
        for entry in names.entries {
            guard let name = recordName(entry) else { continue }
            if seen.contains(name) {
                problems.add("\(quote(name)) is written twice", at: entry.keyPlace, fix: "Put both into one.")
            }
            seen.append(name)
            sets += recordSets(entry, name)
        }
        siteNames.append((site, seen, names.place))
        return sets
    }

    private mutating func recordName(_ entry: YAMLNode.Entry) -> String? {
        guard let name = DomainName.canonical(entry.key) else {
            problems.add(
                "\(quote(entry.key)) is not \(DomainName.rule)", at: entry.keyPlace,
                fix: "Write it like \"matrix.example.org\".")
            return nil
        }
        if let zone = zoneName, !DomainName.isInside(name, zone: zone) {
            problems.add(
                "\(quote(name)) is not in the zone \(zone)", at: entry.keyPlace,
                fix: name.contains(".")
                    ? "Names are written whole and end in \".\(zone)\"."
                    : "Write it whole: \"\(name).\(zone)\".")
        }
        return name
    }

    private mutating func recordSets(_ entry: YAMLNode.Entry, _ name: String) -> [DNSRecordSet] {
        let keys = DNSRecordType.allCases.map(\.rawValue)
        guard let fields = entry.value.mapping(called: quote(name), keys: keys, &problems) else { return [] }
        if fields.entries.isEmpty {
            problems.add(
                "\(quote(name)) leads nowhere", at: entry.keyPlace, fix: "Add \"A:\", \"AAAA:\" or \"CNAME:\" to it.")
        }
        if fields["CNAME"] != nil {
            if fields.entries.count > 1 {
                problems.add(
                    "\(quote(name)) has a CNAME beside other records, which the DNS does not allow",
                    at: fields.keyPlace("CNAME"), fix: "Keep the CNAME or the addresses.")
            }
            if name == zoneName {
                problems.add(
                    "\(quote(name)) is the zone itself, which cannot be a CNAME", at: fields.keyPlace("CNAME"),
                    fix: "Write its addresses as \"A:\" and \"AAAA:\".")
            }
        }
        return [
            addresses(.address4, fields, name), addresses(.address6, fields, name), alias(fields, name),
        ].compactMap(\.self)
    }

    private mutating func addresses(_ type: DNSRecordType, _ fields: YAMLMapping, _ name: String) -> DNSRecordSet? {
        let key = type.rawValue
        let example = type == .address4 ? "A: [192.0.2.10]" : "AAAA: [\"2001:db8::10\"]"
        guard let node = fields[key], let items = node.list(called: "\"\(key)\"", example: example, &problems) else {
            return nil
        }
        if items.isEmpty {
            problems.add("\"\(key)\" has no address", at: node.place, fix: "Write it like \"\(example)\".")
        }
        var values: [String] = []
        for item in items {
            let rule = type == .address4 ? "a list of IPv4 addresses" : "a list of IPv6 addresses"
            let isFit = { (text: String) in InternetAddress(text)?.isIPv6 == (type == .address6) }
            guard let text = item.text(key, example: example, rule: rule, &problems, where: isFit),
                let value = InternetAddress(text)?.description
            else { continue }
            if values.contains(value) {
                problems.add("\(value) is written twice", at: item.place, fix: "Remove one of them.")
            }
            values.append(value)
        }
        return values.isEmpty ? nil : DNSRecordSet(name, type, values, ttlSeconds: 0)
    }

    private mutating func alias(_ fields: YAMLMapping, _ name: String) -> DNSRecordSet? {
        guard let node = fields["CNAME"], let target = domainName("CNAME", node) else { return nil }
        if target == name {
            problems.add("\(quote(name)) is a CNAME of itself", at: node.place, fix: "Name what it leads to.")
        }
        return DNSRecordSet(name, .alias, [target], ttlSeconds: 0)
    }

    mutating func domainName(_ key: String, _ node: YAMLNode?) -> String? {
        node?.text(
            key, example: "\(key): dc1.example.org", rule: DomainName.rule, &problems,
            where: { DomainName.canonical($0) != nil }
        ).flatMap(DomainName.canonical)
    }

    /// The same names at every site that has any: one that is missing would stay at the site that is left.
    mutating func checkNames(zone: SourcePlace?) {
        guard let first = siteNames.first else {
            if let zone {
                problems.add(
                    "\"dns\" names a zone, and no site says what its names lead to", at: zone,
                    fix: "Add \"dns: {matrix.example.org: {A: [192.0.2.10]}}\" to the sites, or remove it.")
            }
            return
        }
        for site in siteNames.dropFirst() {
            for extra in site.names where !first.names.contains(extra) {
                problems.add(
                    "\(site.site) has the name \(quote(extra)), and \(first.site) does not", at: site.place,
                    fix: Suggestion.fix(for: extra, among: first.names, these: "names of \(first.site)"))
            }
            for missing in first.names where !site.names.contains(missing) {
                problems.add(
                    "\(first.site) has the name \(quote(missing)), and \(site.site) does not", at: site.place,
                    fix: "Add \"\(missing):\" to \(site.site), below \"dns\".")
            }
        }
    }
}
