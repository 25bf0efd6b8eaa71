import FailoverModel

/// The way to the firewalls of a topology.
package struct FirewallAccess: Sendable {
    private let kubernetes: KubernetesAccess
    private let variable: @Sendable (String) -> String?

    /// `variable` gives the environment of Handover itself, of which programs get what `ssh` and `kubectl` need.
    package init(kubernetes: KubernetesAccess, variable: @escaping @Sendable (String) -> String?) {
        self.kubernetes = kubernetes
        self.variable = variable
    }

    /// The firewall that a step is about.
    func firewall(of context: StepContext) throws(Fault) -> FirewallAtSite {
        let name = context.parameters[CommandDefinition.firewallParameter]?.text ?? ""
        guard let firewall = context.topology.site(named: context.site)?.firewall(named: name) else {
            throw Fault(
                .invalid, "the topology gives it no firewall \"\(name.onOneLine(limit: 80))\"",
                at: "site \(context.site)",
                next: "Add it below \"firewall\" of the site, or take the step out of the runbook.")
        }
        return try self.firewall(firewall, at: context.site, key: context.idempotencyKey)
    }

    /// - Parameter key: the step's, which programs are given; nil where no step asks.
    func firewall(
        _ firewall: SiteFirewall, at site: String, key: String? = nil
    ) throws(Fault) -> FirewallAtSite {
        let place = "\(site), firewall \(firewall.name)"
        var environment: [String: String] = [:]
        for name in ["PATH", "HOME", "USER", "TMPDIR", "SSH_AUTH_SOCK", "KUBECONFIG"] {
            environment[name] = variable(name)
        }
        let driver: any FirewallDriver =
            switch firewall.driver {
            case .networkPolicy: NetworkPolicyDriver(client: try kubernetes.client(site: site))
            case .nftables(let program, let allow):
                NftablesDriver(
                    host: HostProgram(words: program, environment: environment, place: place), name: firewall.name,
                    block: NftablesBlock(site: site, allow: allow))
            case .cilium(let allow): CiliumDriver(client: try kubernetes.client(site: site), allow: allow)
            case .calico(let allow, let tier):
                CalicoDriver(client: try kubernetes.client(site: site), allow: allow, tier: tier)
            case .program(let programs):
                try ProgramDriver(
                    programs, name: firewall.name, site: site, place: place, key: key, common: environment,
                    variable: variable)
            }
        let probes = firewall.probes.map {
            FirewallProbe(
                name: $0.name,
                host: HostProgram(words: $0.program, environment: environment, place: "\(place), probe \($0.name)"))
        }
        return FirewallAtSite(name: firewall.name, site: site, driver: driver, probes: probes)
    }
}

/// A firewall of a site, ready to be looked at.
struct FirewallAtSite: Sendable {
    var name: String
    var site: String
    var driver: any FirewallDriver
    var probes: [FirewallProbe]

    /// Tries all probes at the same time.
    func tryProbes() async -> ProbeResults {
        await withTaskGroup(of: (String, ProbeResults.Result).self) { group in
            for probe in probes { group.addTask { (probe.name, await probe.result()) } }
            var results: [String: ProbeResults.Result] = [:]
            for await (name, result) in group { results[name] = result }
            return ProbeResults(results: results)
        }
    }
}

/// The step commands of this system by the name that runbooks use.
package enum FirewallCommands {
    package static func all(access: FirewallAccess) -> [String: any StepCommand] {
        [
            BlockOutboundCommand.name: BlockOutboundCommand(access: access),
            OpenOutboundCommand.name: OpenOutboundCommand(access: access),
        ]
    }
}
