import FailoverModel
import Foundation
import Synchronization
import Testing

@testable import Systems

/// The policies of Cilium and Calico on the rehearsal's API server. Neither is there to enforce them.
@Suite("firewall: policies of network plugins") struct PluginPolicyTests {
    struct Plugin: Sendable, CustomStringConvertible {
        var description: String
        var driver: SiteFirewall.Driver
        var version: String
        var kind: String
        var resource: String
        var spec: JSONValue

        func path(_ name: String = ClusterPolicy.name) -> APIPath {
            APIPath(version: version, namespace: "ess", resource: resource, name: name)
        }
    }

    private static let friends = ["192.0.2.53", "10.1.0.0/16", "2001:db8:1::/48"].compactMap { InternetNetwork($0) }

    static let plugins = [
        Plugin(
            description: "Cilium, closed whole", driver: .cilium(allow: []), version: "cilium.io/v2",
            kind: "CiliumNetworkPolicy", resource: "ciliumnetworkpolicies",
            spec: ["endpointSelector": [:], "egressDeny": [["toEntities": ["all"]]]]),
        Plugin(
            description: "Cilium, with friends", driver: .cilium(allow: friends), version: "cilium.io/v2",
            kind: "CiliumNetworkPolicy", resource: "ciliumnetworkpolicies",
            spec: [
                "endpointSelector": [:],
                "egress": [["toCIDR": ["192.0.2.53/32", "10.1.0.0/16", "2001:db8:1::/48"]]],
                "egressDeny": [
                    ["toEntities": ["cluster"]],
                    [
                        "toCIDRSet": [
                            ["cidr": "0.0.0.0/0", "except": ["192.0.2.53/32", "10.1.0.0/16"]],
                            ["cidr": "::/0", "except": ["2001:db8:1::/48"]],
                        ]
                    ],
                ],
            ]),
        Plugin(
            description: "Calico", driver: .calico(allow: friends, tier: "default"), version: "projectcalico.org/v3",
            kind: "NetworkPolicy", resource: "networkpolicies",
            spec: [
                "tier": "default", "order": -1_000_000, "selector": "all()", "types": ["Egress"],
                "egress": [
                    [
                        "action": "Allow",
                        "destination": ["nets": ["192.0.2.53/32", "10.1.0.0/16", "2001:db8:1::/48"]],
                    ],
                    ["action": "Deny"],
                ],
            ]),
    ]

    private func found(_ stage: SecretsStage, _ plugin: Plugin) async throws -> JSONValue? {
        try await stage.access().client(site: "dc1").get(plugin.path())
    }

    private func apply(_ stage: SecretsStage, _ path: APIPath, _ object: JSONValue) async throws {
        _ = try await stage.access().client(site: "dc1").apply(path, object, force: true)
    }

    @Test(arguments: plugins)
    func `Made, recognised, opened, made again and taken back`(plugin: Plugin) async throws {
        try await SecretsStage.with { stage in
            let bench = FirewallBench(stage, driver: plugin.driver)
            let planned = stage.note(try await bench.block.examine(bench.context()))
            #expect(planned.verdict == .needed && planned.sentence.contains("\(ClusterPolicy.name) in namespace ess"))
            #expect(try await found(stage, plugin) == nil, "a dry run makes nothing")

            let done = try await bench.carryOut(bench.block)
            #expect(done.verdict == .done && done.sentence.contains("nothing has proven that it holds"))
            let made = try #require(try await found(stage, plugin))
            #expect(made["spec"] == plugin.spec)
            #expect(made["metadata"]?["annotations"] == ["handover/run": "r1"])
            #expect(made["metadata"]?["labels"] == ["app.kubernetes.io/managed-by": "handover"])
            // Acted again it is the same object, and a later run finds it done and leaves it at its undo.
            try await bench.block.act(bench.context(remembered: done.facts), on: done)
            #expect(try await found(stage, plugin)?["metadata"]?["uid"] == made["metadata"]?["uid"])
            let later = try await bench.carryOut(bench.block, run: "r2")
            #expect(later.verdict == .done)
            #expect(try await bench.takeBack(bench.block, later.facts, run: "r2").verdict == .done)
            #expect(try await found(stage, plugin)?["spec"] == plugin.spec)

            let opening = try await bench.open.examine(bench.context("r3"))
            #expect(try await bench.carryOut(bench.open, run: "r3").verdict == .done)
            #expect(try await found(stage, plugin) == nil)
            #expect(try await bench.takeBack(bench.open, opening.facts, run: "r3").verdict == .done)
            let again = try #require(try await found(stage, plugin))
            #expect(again["spec"] == plugin.spec && again["metadata"]?["annotations"] == ["handover/run": "r1"])

            #expect(try await bench.takeBack(bench.block, done.facts).sentence.hasSuffix("is not there, as before"))
            #expect(try await found(stage, plugin) == nil)
        }
    }

    @Test(arguments: plugins)
    func `One that somebody changed is a conflict, and another's own is left alone`(plugin: Plugin) async throws {
        try await SecretsStage.with { stage in
            let bench = FirewallBench(stage, driver: plugin.driver)
            let client = try stage.access().client(site: "dc1")
            try await bench.carryOut(bench.block)
            let rules = plugin.spec["egressDeny"] == nil ? "egress" : "egressDeny"
            _ = try await client.merge(plugin.path(), ["spec": [rules: []]])
            let changed = try await fault { try await bench.block.examine(bench.context()) }
            #expect(stage.note(changed).kind == .conflict, "\(changed)")
            #expect(changed.what.contains("belong to another manager") && changed.what.contains(rules), "\(changed)")

            try await client.delete(plugin.path(), uid: nil)
            let theirs: JSONValue = [
                "apiVersion": .string(plugin.version), "kind": .string(plugin.kind),
                "metadata": ["name": .string(ClusterPolicy.name)], "spec": plugin.spec,
            ]
            try await stage.writeAsStranger(plugin.path(), theirs, "apply-patch+yaml")
            let before = try await found(stage, plugin)
            for command in [bench.block, bench.open] as [any StepCommand] {
                let refused = stage.note(try await bench.carryOut(command))
                #expect(refused.verdict == .refused(rule: "not-our-block", acceptance: nil), "\(refused.sentence)")
                try? await command.act(bench.context(), on: refused)
                #expect(try await found(stage, plugin) == before)
            }
        }
    }

    @Test func `What Calico looks at first and lets traffic out is named, and nothing else is`() async throws {
        try await SecretsStage.with { stage in
            let bench = FirewallBench(stage, driver: .calico(allow: [], tier: "default"))
            let version = "projectcalico.org/v3"
            func plant(_ kind: String, _ resource: String, _ name: String, _ spec: JSONValue) async throws {
                try await apply(
                    stage,
                    APIPath(
                        version: version, namespace: kind == "NetworkPolicy" ? "ess" : nil, resource: resource,
                        name: name),
                    [
                        "apiVersion": .string(version), "kind": .string(kind), "metadata": ["name": .string(name)],
                        "spec": spec,
                    ])
            }
            func policy(_ name: String, _ spec: JSONValue) async throws {
                try await plant("NetworkPolicy", "networkpolicies", name, spec)
            }
            func global(_ name: String, _ spec: JSONValue) async throws {
                try await plant("GlobalNetworkPolicy", "globalnetworkpolicies", name, spec)
            }
            let allowing: JSONValue = [["action": "Allow"]]
            try await plant("Tier", "tiers", "default", ["order": 1_000_000])
            try await plant("Tier", "tiers", "security", ["order": 100])
            try await plant("Tier", "tiers", "late", ["order": 2_000_000])
            // None of these comes first, lets anything out, or is about the namespace.
            try await policy("later", ["order": 0, "egress": allowing])
            try await policy("last", ["egress": allowing])
            try await global("late.allow", ["tier": "late", "order": -2_000_000, "egress": allowing])
            try await global(
                "security.pass", ["tier": "security", "egress": [["action": "Pass"], ["action": "Deny"]]])
            try await global("security.ingress", ["tier": "security", "ingress": allowing])
            let elsewhere = "projectcalico.org/name == 'calico-system'"
            try await global(
                "security.dns", ["tier": "security", "namespaceSelector": .string(elsewhere), "egress": allowing])
            #expect(stage.note(try await bench.block.examine(bench.context())).verdict == .needed)

            try await policy("first", ["order": -2_000_000, "egress": allowing])
            try await global("security.web", ["tier": "security", "order": 5, "egress": allowing])
            let refused = stage.note(try await bench.carryOut(bench.block))
            #expect(refused.verdict == .refused(rule: "defeated-block", acceptance: "leaky-block"))
            #expect(
                refused.sentence.contains(
                    "because Calico looks at others first, and they let traffic out: Calico's NetworkPolicy first and "
                        + "the GlobalNetworkPolicy security.web; take"), "\(refused.sentence)")

            // In a tier before them it is first itself, under a name that the tier's policies have.
            let early = FirewallBench(stage, driver: .calico(allow: [], tier: "security"))
            let done = try await early.carryOut(early.block)
            #expect(done.verdict == .done && done.sentence.contains("security.handover-block-outbound"), "\(done)")
        }
    }

    @Test(arguments: plugins)
    func `A cluster without the plugin says so, and missing rights are found by a check`(plugin: Plugin) async throws {
        let api = ScriptedAPI()
        let (access, topology) = try api.access()
        let bench = FirewallBench(topology, access, plugin.driver)
        api.state.withLock {
            $0.scripted = [
                ("GET /apis/\(plugin.version)/namespaces", ScriptedAPI.failure(404, reason: "NotFound", message: "no")),
                ("GET /apis/\(plugin.version)", HTTPResponse(status: 404, body: Data("404 page not found\n".utf8))),
            ]
        }
        let context = bench.context()
        let missing = try await fault { try await bench.block.examine(context) }
        #expect(missing.kind == .invalid, "\(missing)")
        #expect(missing.what == "the cluster knows no \(plugin.kind) of \(plugin.version)")
        try await SecretsStage.with { stage in
            try stage.takeRights("dc1")
            let found = try await stage.access().release(at: "dc1")
                .permissions(RightsInUse(closing: [plugin.driver]))
            #expect(
                stage.note(found).verdict == .failing && found.seen.contains("delete \(plugin.resource)"),
                "\(found.seen)")
            let bench = FirewallBench(stage, driver: plugin.driver)
            let forbidden = try await fault { try await bench.block.examine(bench.context()) }
            #expect(forbidden.kind == .forbidden)
        }
    }

    @Test func `A policy that Cilium takes for invalid is not called a block`() async throws {
        try await SecretsStage.with { stage in
            let bench = FirewallBench(stage, driver: .cilium(allow: []))
            try await bench.carryOut(bench.block)
            let condition: JSONValue = ["type": "Valid", "status": "False", "message": "toEntities: unknown entity"]
            _ = try await stage.access().client(site: "dc1").merge(
                Self.plugins[0].path(), ["status": ["conditions": [condition]]])
            let fault = try await fault { try await bench.block.examine(bench.context()) }
            #expect(
                stage.note(fault).kind == .rejected && fault.what.hasSuffix("toEntities: unknown entity"), "\(fault)")
        }
    }
}
