/// Makes the steps of a line: one for each site and cluster.
struct StepExpansion {
    let topology: Topology
    let from: String
    let to: String
    /// Every other site, in the topology's order.
    let others: [String]
    /// The clusters of all sites, in the order in which the topology names them first.
    private let clusters: [String]

    init(topology: Topology, from: String, to: String) {
        self.topology = topology
        self.from = from
        self.to = to
        others = topology.sites.map(\.name).filter { $0 != from && $0 != to }
        var clusters: [String] = []
        for cluster in topology.sites.flatMap(\.postgres).map(\.cluster) where !clusters.contains(cluster) {
            clusters.append(cluster)
        }
        self.clusters = clusters
    }

    func steps(of line: RunbookStep, phase: String, _ problems: inout Diagnostics) -> [PlannedStep] {
        guard let command = CommandCatalog.command(named: line.command) else { return [] }
        var steps: [PlannedStep] = []
        for name in sites(of: line.site) {
            guard let site = topology.site(named: name) else {
                let known = StepSite.words + topology.sites.map(\.name)
                problems.add(
                    "\(quote(line.id)) is about the site \(quote(name)), which is not in the topology", at: line.place,
                    fix: Suggestion.fix(for: name, among: known, these: "sites to choose from"))
                continue
            }
            for target in targets(of: command, at: site, line, &problems) {
                steps.append(step(of: line, command, phase: phase, site: name, target))
            }
        }
        return steps
    }

    private func sites(of site: StepSite) -> [String] {
        switch site {
        case .from: [from]
        case .to: [to]
        case .others: others
        case .standbys: topology.sites.map(\.name).filter { $0 != from }
        case .named(let name): [name]
        }
    }

    /// What of a site a step is about.
    private enum Target {
        case site
        case cluster(String)
        /// One of the site's firewalls, and whether it has others.
        case firewall(String, isOnly: Bool)
    }

    /// What to make steps for; nothing where something is missing.
    private func targets(
        of command: CommandDefinition, at site: Topology.Site, _ line: RunbookStep, _ problems: inout Diagnostics
    ) -> [Target] {
        switch command.scope {
        case .postgresCluster where site.postgres.isEmpty: return missing("postgres", site, line, &problems)
        case .kubernetesRelease where site.kubernetes == nil: return missing("kubernetes", site, line, &problems)
        case .serviceEndpoint where site.service == nil: return missing("service", site, line, &problems)
        case .dnsRecords where site.dns.isEmpty: return missing("dns", site, line, &problems)
        case .serviceNames where topology.service?.allHosts.isEmpty != false:
            return unnamed("the hosts of the service", "service: {hosts: {synapse: …}}", line, &problems)
        case .serviceNames where site.dns.isEmpty: return missing("dns", site, line, &problems)
        case .serviceNames where site.service == nil: return missing("service", site, line, &problems)
        case .helmRelease where topology.chart == nil || site.kubernetes?.values == nil:
            return unnamed("the chart", "chart: {reference: …}", line, &problems)
        case .mediaBucket where site.media == nil: return missing("media", site, line, &problems)
        case .siteFirewall where site.firewalls.isEmpty: return missing("firewall", site, line, &problems)
        case .externalDNS where site.externalDNS == nil: return missing("externalDNS", site, line, &problems)
        case .kubernetesRelease, .helmRelease, .serviceEndpoint, .serviceNames, .dnsRecords, .mediaBucket,
            .externalDNS, .site:
            return [.site]
        case .siteFirewall: return firewalls(of: site, line, &problems)
        case .synapseDatabase:
            if let synapse = topology.synapse { return [.cluster(synapse.cluster)] }
            return unnamed("Synapse's database", "synapse: {cluster: …, database: …}", line, &problems)
        case .postgresCluster:
            for cluster in clusters where site.postgres(cluster: cluster) == nil {
                problems.add(
                    "\(quote(line.id)) is about the cluster \(quote(cluster)), which \(site.name) does not have",
                    at: line.place, fix: "Add it to \(site.name) in the topology, below \"postgres\".")
            }
            return clusters.filter { site.postgres(cluster: $0) != nil }.map(Target.cluster)
        }
    }

    private func firewalls(
        of site: Topology.Site, _ line: RunbookStep, _ problems: inout Diagnostics
    ) -> [Target] {
        let known = site.firewalls.map(\.name)
        guard let name = line.parameters[CommandDefinition.firewallParameter]?.text else {
            return known.map { .firewall($0, isOnly: known.count == 1) }
        }
        guard known.contains(name) else {
            problems.add(
                "\(quote(line.id)) is about the firewall \(quote(name)), which \(site.name) does not have",
                at: line.place,
                fix: Suggestion.fix(for: name, among: known, these: "firewalls of \(site.name)"))
            return []
        }
        return [.firewall(name, isOnly: true)]
    }

    private func missing(
        _ system: String, _ site: Topology.Site, _ line: RunbookStep, _ problems: inout Diagnostics
    ) -> [Target] {
        if line.isOptional { return [] }
        problems.add(
            "\(quote(line.id)) (\(line.command)) is about \(site.name), which has no \(system) in the topology",
            at: line.place,
            fix: "Add \"\(system):\" to \(site.name) in the topology, or say \"optional: true\" in the step.")
        return []
    }

    /// What the topology as a whole does not name.
    private func unnamed(
        _ what: String, _ key: String, _ line: RunbookStep, _ problems: inout Diagnostics
    ) -> [Target] {
        if line.isOptional { return [] }
        problems.add(
            "\(quote(line.id)) (\(line.command)) is about \(what), which the topology does not name", at: line.place,
            fix: "Add \"\(key)\" to it, or say \"optional: true\" in the step.")
        return []
    }

    private func filled(
        _ parameters: [String: JSONValue], of command: CommandDefinition, _ words: Placeholders
    ) -> [String: JSONValue] {
        var parameters = parameters
        for parameter in command.parameters where parameter.kind == .words {
            guard let texts = parameters[parameter.name]?.elements?.compactMap(\.text) else { continue }
            parameters[parameter.name] = .array(texts.map { .string(words.fill($0)) })
        }
        return parameters
    }

    private func step(
        of line: RunbookStep, _ command: CommandDefinition, phase: String, site: String, _ target: Target
    ) -> PlannedStep {
        let words = Placeholders(from: from, to: to, others: others, site: site)
        var parameters = filled(line.parameters, of: command, words)
        var (cluster, part): (String?, String?)
        switch target {
        case .site: break
        case .cluster(let name):
            cluster = name
            part = clusters.count > 1 ? name : nil
        case .firewall(let name, let isOnly):
            parameters[CommandDefinition.firewallParameter] = .string(name)
            part = isOnly ? nil : name
        }
        let template = line.title ?? command.sentence
        // What the title's own words do not tell apart is put behind it.
        let sitePart = line.site.isSeveral && !template.contains("{site}") ? site : nil
        let suffix = [sitePart, part].compactMap(\.self).joined(separator: "/")
        return PlannedStep(
            id: line.id + (line.site.isSeveral ? "@\(site)" : "") + (part.map { "/\($0)" } ?? ""),
            phase: phase, title: words.fill(template) + (suffix.isEmpty ? "" : " (\(suffix))"), command: line.command,
            site: site, cluster: cluster, deadlineMilliseconds: line.deadlineMilliseconds, retry: line.retry,
            // Nothing is owed to the site that takes over: without it there is no failover to go on with.
            whenUnreachable: site == to ? .fail : line.whenUnreachable, approval: line.approval.map(words.fill),
            accepts: line.accepts.map(words.fill), isPivot: line.isPivot,
            parameters: parameters)
    }
}
