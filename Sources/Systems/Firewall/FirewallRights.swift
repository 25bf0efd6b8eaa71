import FailoverModel

extension SiteFirewall.Driver {
    /// Whether it is closed through the site's own API server, which a site that fails may have lost.
    var isInCluster: Bool {
        switch self {
        case .networkPolicy, .cilium, .calico: true
        case .nftables, .program: false
        }
    }

    /// What the kubeconfig's user needs for it.
    var rights: [(verb: String, group: String, resource: String, isClusterWide: Bool)] {
        func own(_ group: String, _ resource: String) -> [(String, String, String, Bool)] {
            ["get", "list", "create", "patch", "delete"].map { ($0, group, resource, false) }
        }
        switch self {
        case .networkPolicy: return own("networking.k8s.io", "networkpolicies")
        case .cilium: return own("cilium.io", "ciliumnetworkpolicies")
        case .calico:
            let group = "projectcalico.org"
            return own(group, "networkpolicies")
                + [("list", group, "globalnetworkpolicies", true), ("list", group, "tiers", true)]
        case .nftables, .program: return []
        }
    }
}
