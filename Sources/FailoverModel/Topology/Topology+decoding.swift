extension Topology {
    /// Reads a topology, or throws everything that is wrong with it.
    ///
    /// Relative paths in it are made relative to `directory`, the folder of the file; nothing is looked up.
    package static func decode(_ source: SourceText, directory: String) throws(Diagnostics) -> Topology {
        var decoder = TopologyDecoder(directory: directory)
        let topology = decoder.topology(source)
        try decoder.problems.throwIfAny()
        return topology ?? Topology(name: "", sites: [])
    }
}

/// Reads the parts of a topology file and collects what is wrong with them.
struct TopologyDecoder {
    let directory: String
    var problems = Diagnostics()
    /// Where each server is written, for the checks across sites; in the order of the file.
    var servers: [(site: String, server: PostgresServer, place: SourcePlace)] = []

    /// The sites that have `kubernetes:`, which some drivers of PostgreSQL work by.
    var sitesWithKubernetes: Set<String> = []

    /// Whether there is a `dns:` for all sites, and its zone where that could be read.
    var hasZone = false
    var zoneName: String?
    /// The names of each site that has `dns:`, in the order of the file.
    var siteNames: [(site: String, names: [String], place: SourcePlace)] = []

    /// Whether there is a `service:` for all sites.
    var hasExpectations = false
    /// The `service:` of each site that has one, in the order of the file.
    var siteServices: [(site: String, endpoint: ServiceEndpoint, place: SourcePlace)] = []

    /// The hosts of each drill's release, in the order of the file.
    var drillHosts: [(hosts: ServiceExpectations.Hosts, place: SourcePlace)] = []

    init(directory: String) { self.directory = directory }

    mutating func topology(_ source: SourceText) -> Topology? {
        let keys = [
            "name", "sites", "secrets", "synapse", "chart", "alerts", "dns", "service", "watch", "objectives",
            "checks",
        ]
        guard let top = YAMLReader.mapping(of: source, called: "a topology", keys: keys, &problems) else { return nil }
        let name = name("name", top, example: "name: production")
        let example = "sites: {dc1: {…}, dc2: {…}}"
        guard let node = top.required("sites", example: example, &problems),
            let mapping = node.mapping(called: "\"sites\"", &problems)
        else { return nil }
        if mapping.entries.count < 2 {
            problems.add(
                "a failover wants at least two sites, and there \(mapping.entries.isEmpty ? "is none" : "is one")",
                at: mapping.place, fix: "Add the other sites below \"sites\".")
        }
        hasZone = top["dns"] != nil
        hasExpectations = top["service"] != nil
        let zone = top["dns"].flatMap { self.zone($0) }
        let sites = mapping.entries.compactMap { site($0) }.map { $0.withTTL(of: zone) }
        checkAcrossSites()
        checkServices()
        checkNames(zone: hasZone ? top.keyPlace("dns") : nil)
        checkChart(top, sites: sites)
        let expected = top["service"].flatMap { expectations($0) }
        checkDrillHosts(expected)
        let secrets = top["secrets"].map { self.secrets($0, sites: mapping.entries.map(\.key)) }
        return Topology(
            name: name ?? "", sites: sites, secrets: secrets ?? SecretScope(),
            synapse: top["synapse"].flatMap { synapse($0) }, chart: top["chart"].flatMap { chart($0) },
            alerts: top["alerts"].map { alerts($0) } ?? [], dns: zone,
            service: expected,
            watch: top["watch"].map { watch($0) } ?? WatchPolicy(),
            objectives: top["objectives"].map { Objectives.read($0, &problems) } ?? Objectives(),
            checks: top["checks"].map { readiness($0) } ?? ReadinessSettings())
    }

    private mutating func site(_ entry: YAMLNode.Entry) -> Topology.Site? {
        checkName(entry, what: "site")
        if StepSite.words.contains(entry.key) {
            problems.add(
                "\(quote(entry.key)) cannot be a site's name, because runbooks mean something else by it",
                at: entry.keyPlace, fix: "Give the site another name, such as \"dc1\".")
        }
        let keys = ["title", "postgres", "kubernetes", "service", "dns", "media", "firewall", "externalDNS"]
        let called = "the site \(quote(entry.key))"
        guard let fields = entry.value.mapping(called: called, keys: keys, &problems) else { return nil }
        if !keys.dropFirst().contains(where: { fields[$0] != nil }) {
            problems.add(
                "\(called) has no system", at: entry.keyPlace,
                fix: "Add \"postgres:\", \"kubernetes:\" or \"service:\" to it.")
        }
        if fields["kubernetes"] != nil { sitesWithKubernetes.insert(entry.key) }
        return Topology.Site(
            name: entry.key, title: text("title", fields, example: "title: Frankfurt"),
            postgres: fields["postgres"].map { postgres($0, site: entry.key) } ?? [],
            kubernetes: fields["kubernetes"].flatMap { kubernetes($0) },
            service: fields["service"].flatMap { service($0, site: entry.key) },
            dns: fields["dns"].map { records($0, site: entry.key) } ?? [], media: fields["media"].flatMap { media($0) },
            firewalls: fields["firewall"].map {
                firewalls($0, site: entry.key, hasKubernetes: fields["kubernetes"] != nil)
            } ?? [],
            externalDNS: fields["externalDNS"].flatMap {
                externalDNS($0, site: entry.key, hasKubernetes: fields["kubernetes"] != nil)
            })
    }

    /// Keys that are names of sites or clusters.
    mutating func checkName(_ entry: YAMLNode.Entry, what: String) {
        guard !Identifier.accepts(entry.key) else { return }
        problems.add(
            "a \(what)'s name is \(Identifier.rule), and this is \(quote(entry.key))", at: entry.keyPlace,
            fix: "Rename it, such as to \"\(what == "site" ? "dc1" : "main")\".")
    }
}
