import FailoverModel
import Foundation
import Testing

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

    init(
        _ stage: SecretsStage, driver: SiteFirewall.Driver = .networkPolicy, probes: [SiteFirewall.Probe] = []
    ) {
        self.init(stage.topology, stage.access(), driver, probes: probes)
    }

    init(
        _ topology: Topology, _ kubernetes: KubernetesAccess, _ driver: SiteFirewall.Driver,
        probes: [SiteFirewall.Probe] = []
    ) {
        self.topology = topology
        self.topology.sites[0].firewalls = [SiteFirewall(name: "edge", driver: driver, probes: probes)]
        self.kubernetes = kubernetes
    }

    /// Of Handover's own environment, over that of the test.
    var variables: [String: String] = [:]

    var access: FirewallAccess {
        FirewallAccess(kubernetes: kubernetes) { [variables] in
            variables[$0] ?? ProcessInfo.processInfo.environment[$0]
        }
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

extension SecretsStage {
    /// Writes an object at dc1 as somebody else would.
    func writeAsStranger(_ path: APIPath, _ body: JSONValue, _ type: String) async throws {
        let config = try String(contentsOfFile: "\(directory)/dc1.yaml", encoding: .utf8)
        let server = try #require(config.firstMatch(of: /https:\/\/[0-9.:]+/)).output
        let request = HTTPRequest(
            .patch, "\(server)\(path.with("fieldManager", "stranger").text)",
            headers: ["Authorization": "Bearer \(SecretsStage.token)", "Content-Type": "application/\(type)"],
            body: try body.encoded(at: "test"),
            security: TLSSettings(authorities: .file("\(directory)/tls.pem")))
        let answer = try await HTTPClient().send(request)
        try #require((200..<300).contains(answer.status), "\(String(decoding: answer.body, as: UTF8.self))")
    }
}
