import FailoverModel
import Testing

@testable import Systems

@Suite("DNS: external-dns of the old site is stopped before the names move")
struct StopExternalDNSTests {
    private func with(
        _ api: ScriptedAPI, _ body: (StopExternalDNSCommand, Topology) async throws -> Void
    ) async throws {
        var (access, topology) = try api.access()
        for index in topology.sites.indices { topology.sites[index].externalDNS = ExternalDNS(namespace: "ess") }
        try await body(StopExternalDNSCommand(access: access), topology)
    }

    private func context(
        _ topology: Topology, remembered: JSONValue? = nil, accepted: Set<String> = []
    ) -> StepContext {
        StepContext(
            run: "r", step: "s", site: "dc1", from: "dc1", to: "dc2", others: [], topology: topology,
            remembered: remembered, accepted: accepted)
    }

    private func running(annotations: [String: JSONValue] = [:]) -> ScriptedAPI {
        let api = ScriptedAPI()
        api.add("Deployment", "external-dns", replicas: 2, annotations: annotations, release: "another")
        api.add("Deployment", "web", replicas: 1)
        api.addPod(
            "external-dns-1", of: "external-dns",
            owner: ["kind": "ReplicaSet", "name": "external-dns-1", "controller": true])
        return api
    }

    @Test func `It is scaled to 0, is done when no pod is left, and gets its count back with the undo`() async throws {
        let api = running()
        try await with(api) { command, topology in
            let finding = try await command.examine(context(topology))
            #expect(finding.verdict == .needed)
            #expect(
                finding.sentence
                    == "Deployment external-dns in namespace ess of dc1 wants 2 and will be scaled to 0: it would put the "
                    + "users' names back")
            #expect(finding.observations.isEmpty, "these are not the release's workloads")
            try await command.act(context(topology), on: finding)
            #expect(api.replicas("Deployment/external-dns") == 0 && api.replicas("Deployment/web") == 1)
            let waiting = try await command.verify(context(topology), after: finding)
            #expect(waiting.verdict == .waiting && waiting.sentence.contains("external-dns-1 (running)"))
            #expect(waiting.facts["isStopped"] == nil)
            api.settle()
            let done = try await command.verify(context(topology), after: finding)
            #expect(done.verdict == .done && done.facts["isStopped"] == true)
            let requests = api.requests.count
            try await command.act(context(topology), on: done)
            #expect(!api.requests.dropFirst(requests).contains { $0.hasPrefix("PATCH") })

            let back = context(topology, remembered: finding.facts)
            let resumed = try await command.examine(back)
            #expect(resumed.verdict == .done && resumed.facts["workloads"] == finding.facts["workloads"])
            let undo = try await command.examineUndo(back)
            #expect(undo.verdict == .needed && undo.sentence.contains("external-dns to 2") && undo.observations.isEmpty)
            try await command.undo(back, on: undo)
            #expect(api.replicas("Deployment/external-dns") == 2)
            api.settle()
            #expect(try await command.examineUndo(back).verdict == .done)
        }
    }

    @Test func `What a repository would start again is refused until a person says that it is paused`() async throws {
        let api = running(annotations: ["argocd.argoproj.io/tracking-id": "dns:apps/Deployment:ess/external-dns"])
        try await with(api) { command, topology in
            let refused = try await command.examine(context(topology))
            let acceptance = "dc1-external-dns-gitops-is-paused"
            #expect(refused.verdict == .refused(rule: "managed-by-gitops", acceptance: acceptance))
            #expect(refused.sentence.hasPrefix("Argo CD's application dns would start the Deployment external-dns"))
            let accepted = context(topology, accepted: [acceptance])
            let finding = try await command.examine(accepted)
            #expect(finding.verdict == .needed)
            try await command.act(accepted, on: finding)
            api.settle()
            let done = try await command.verify(accepted, after: finding)
            #expect(done.sentence.hasSuffix("; Argo CD's application dns may start it again at its next sync"))
        }
    }

    @Test func `One that is not there may be a wrong name, so a person says`() async throws {
        try await with(ScriptedAPI()) { command, topology in
            let refused = try await command.examine(context(topology))
            let acceptance = "dc1-has-no-external-dns"
            #expect(refused.verdict == .refused(rule: "no-external-dns-found", acceptance: acceptance))
            let done = try await command.examine(context(topology, accepted: [acceptance]))
            #expect(done.verdict == .done && done.facts["isStopped"] == true)
        }
    }

    @Test func `Names that moved while it may still run are said to be in danger`() async throws {
        let server = try CloudflareServer()
        defer { server.shut() }
        var bench = DNSBench.cloudflare(server.url)
        bench.externalDNS = ExternalDNS(namespace: "external-dns")
        let finding = try await bench.move()
        let danger = "; external-dns of dc1 is not known to be stopped"
        let alone = try await bench.command.verify(bench.context(), after: finding)
        #expect(alone.verdict == .done && alone.sentence.contains(danger))
        var context = bench.context()
        context.history = ["stop": ["command": "dns.stop-external", "site": "dc1", "isStopped": true]]
        #expect(try await !bench.command.verify(context, after: finding).sentence.contains(danger))
        context.history = ["stop": ["command": "dns.stop-external", "site": "dc1"]]
        #expect(try await bench.command.verify(context, after: finding).sentence.contains(danger))
        #expect(try await !bench.command.examine(bench.context("dc1")).sentence.contains(danger))
    }
}
