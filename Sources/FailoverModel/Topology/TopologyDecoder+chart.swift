extension TopologyDecoder {
    /// `chart:` of the topology itself.
    mutating func chart(_ node: YAMLNode) -> HelmChart? {
        let keys = ["reference", "version", "program", "standbyValues", "timeout", "registry"]
        guard let fields = node.mapping(called: "\"chart\"", keys: keys, &problems) else { return nil }
        let example = "reference: oci://ghcr.io/element-hq/ess-helm/matrix-stack"
        let reference = fields.required("reference", example: example, &problems)?.text(
            "reference", example: example, rule: "a folder, an archive, or an address that begins with oci://",
            &problems, where: { !$0.contains("://") || $0.hasPrefix(HelmChart.registryPrefix) })
        let isRemote = reference?.hasPrefix(HelmChart.registryPrefix) == true
        let version = text("version", fields, example: "version: 26.8.2")
        if isRemote, version == nil {
            problems.add(
                "the chart comes from a registry, and no version is named", at: node.place,
                fix: "Add the version that is installed, like \"version: 26.8.2\"; the newest would be an upgrade.")
        }
        let program = text("program", fields, example: "program: helm")
        let timeout = fields["timeout"]?.duration("timeout", in: 1000...3_600_000, example: "timeout: 5m", &problems)
        return HelmChart(
            reference: isRemote ? reference ?? "" : path("reference", fields, example: example) ?? "", version: version,
            program: program?.contains("/") == true
                ? path("program", fields, example: "program: helm") ?? "" : program ?? "helm",
            standbyValues: paths("standbyValues", fields, example: "standbyValues: [values/standby.yaml]") ?? [],
            timeoutMilliseconds: timeout ?? 300_000,
            registry: fields["registry"].flatMap { registry($0, isRemote: isRemote) } ?? HelmChart.Registry())
    }

    /// `registry:` of the chart.
    private mutating func registry(_ node: YAMLNode, isRemote: Bool) -> HelmChart.Registry? {
        let keys = ["caCertificate", "loginFile", "plainHTTP"]
        guard let fields = node.mapping(called: "\"registry\"", keys: keys, &problems) else { return nil }
        if !isRemote {
            problems.add(
                "\"registry\" is of charts that come from one, and this reference names a file", at: node.place,
                fix: "Remove \"registry\", or name the chart with oci://.")
        }
        let registry = HelmChart.Registry(
            caCertificate: path("caCertificate", fields, example: "caCertificate: certificates/registry-ca.pem"),
            loginFile: path("loginFile", fields, example: "loginFile: secrets/registry.json"),
            isPlainHTTP: fields["plainHTTP"]?.flag("plainHTTP", &problems) ?? false)
        if registry.isPlainHTTP, let other = keys.dropLast().first(where: { fields[$0] != nil }) {
            problems.add(
                "a registry without TLS has no use for \"\(other)\", and a login would be sent for all to read",
                at: fields.keyPlace("plainHTTP"), fix: "Keep one of them.")
        }
        return registry
    }

    /// Values without a chart, and a chart without values, are each half of something.
    mutating func checkChart(_ top: YAMLMapping, sites: [Topology.Site]) {
        let releases = sites.compactMap { site in site.kubernetes.map { (site.name, $0) } }
        guard top["chart"] != nil else {
            if let (site, _) = releases.first(where: { $0.1.values != nil }) {
                problems.add(
                    "\(quote(site)) has \"values\", and the topology names no chart", at: top.place,
                    fix: "Add \"chart: {reference: …, version: …}\", or remove \"values\".")
            }
            return
        }
        for (site, _) in releases where releases.first(where: { $0.0 == site })?.1.values == nil {
            problems.add(
                "the topology names a chart, and \(quote(site)) has no \"values\" for it", at: top.keyPlace("chart"),
                fix:
                    "Add the files with which \(site) serves to its \"kubernetes\", like \"values: [values/\(site).yaml]\"."
            )
        }
    }
}
