import FailoverModel
import Foundation

@testable import Systems

/// The firewall commands on a topology of one site with one firewall.
struct FirewallBench {
    var topology: Topology
    var kubernetes: KubernetesAccess

    init(_ driver: SiteFirewall.Driver, probes: [SiteFirewall.Probe] = []) {
        topology = Topology(
            name: "test",
            sites: [
                Topology.Site(
                    name: "dc1", postgres: [],
                    firewalls: [SiteFirewall(name: "edge", driver: driver, probes: probes)])
            ])
        kubernetes = KubernetesAccess(topology: topology, baseDirectory: "/", environment: [:])
    }

    init(_ stage: SecretsStage, probes: [SiteFirewall.Probe] = []) {
        topology = stage.topology
        topology.sites[0].firewalls = [SiteFirewall(name: "edge", driver: .networkPolicy, probes: probes)]
        kubernetes = stage.access()
    }

    var access: FirewallAccess {
        FirewallAccess(kubernetes: kubernetes) { ProcessInfo.processInfo.environment[$0] }
    }
    var block: BlockOutboundCommand { BlockOutboundCommand(access: access) }
    var open: OpenOutboundCommand { OpenOutboundCommand(access: access) }

    func context(_ run: String = "r1", remembered: JSONValue? = nil, accepted: Set<String> = []) -> StepContext {
        StepContext(
            run: run, step: "block", site: "dc1", from: "dc1", to: "dc2", others: [],
            parameters: ["firewall": "edge"], topology: topology, remembered: remembered, accepted: accepted)
    }

    /// What a step does: looks, acts where that is needed, and looks until it is done.
    @discardableResult
    func carryOut(_ command: any StepCommand, run: String = "r1") async throws -> Finding {
        let found = try await command.examine(context(run))
        guard found.verdict == .needed else { return found }
        try await command.act(context(run), on: found)
        return try await command.verify(context(run), after: found)
    }

    /// Undoes what began with the facts, and looks again.
    @discardableResult
    func takeBack(_ command: any StepCommand, _ facts: JSONValue, run: String = "r1") async throws -> Finding {
        let context = context(run, remembered: facts)
        let found = try await command.examineUndo(context)
        guard found.verdict == .needed else { return found }
        try await command.undo(context, on: found)
        return try await command.examineUndo(context)
    }
}
