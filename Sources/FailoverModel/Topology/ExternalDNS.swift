/// The external-dns that writes a site's Ingress hosts into the users' zone by itself.
package struct ExternalDNS: Equatable, Sendable {
    package var namespace: String
    /// The name of its Deployment.
    package var deployment: String

    package init(namespace: String, deployment: String = "external-dns") {
        self.namespace = namespace
        self.deployment = deployment
    }
}

extension TopologyDecoder {
    /// `externalDNS:` of a site.
    mutating func externalDNS(_ node: YAMLNode, site: String, hasKubernetes: Bool) -> ExternalDNS? {
        guard
            let fields = node.mapping(
                called: "\"externalDNS\" of \(site)", keys: ["namespace", "deployment"], &problems)
        else { return nil }
        if !hasKubernetes {
            problems.add(
                "\(site) has an external-dns, and no \"kubernetes\" to reach it by", at: fields.place,
                fix: "Add \"kubernetes:\" to \(site), or remove \"externalDNS\".")
        }
        func name(_ key: String, _ node: YAMLNode?, _ usual: String, most: Int) -> String? {
            node?.text(
                key, example: "\(key): \(usual)", rule: "a name as Kubernetes has them", &problems,
                where: { Self.isKubernetesName($0, most: most) })
        }
        let example = "namespace: external-dns"
        let namespace = name(
            "namespace", fields.required("namespace", example: example, &problems), "external-dns", most: 63)
        let deployment = name("deployment", fields["deployment"], "external-dns", most: 253)
        return ExternalDNS(namespace: namespace ?? "", deployment: deployment ?? "external-dns")
    }
}
