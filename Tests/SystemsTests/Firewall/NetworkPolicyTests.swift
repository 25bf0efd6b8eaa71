import FailoverModel
import Foundation
import Testing

@testable import Systems

/// On the rehearsal's API server, which is held against kubectl.
@Suite("firewall: a NetworkPolicy in the cluster") struct NetworkPolicyTests {
    private func policy(_ name: String, _ spec: JSONValue) -> JSONValue {
        [
            "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": ["name": .string(name)],
            "spec": spec,
        ]
    }

    private func path(_ name: String = NetworkPolicyDriver.name) -> APIPath {
        APIPath(version: "networking.k8s.io/v1", namespace: "ess", resource: "networkpolicies", name: name)
    }

    private func apply(_ stage: SecretsStage, _ name: String, _ spec: JSONValue) async throws {
        _ = try await stage.access().client(site: "dc1").apply(path(name), policy(name, spec), force: true)
    }

    /// Writes the policy of our name under another field manager.
    private func otherManager(_ stage: SecretsStage, _ body: JSONValue, _ type: String) async throws {
        try await stage.writeAsStranger(path(), body, type)
    }

    private func found(_ stage: SecretsStage) async throws -> JSONValue? {
        try await stage.access().client(site: "dc1").get(path())
    }

    @Test func `Made, recognised, taken back; and what an earlier run closed stays closed`() async throws {
        try await SecretsStage.with { stage in
            let bench = FirewallBench(stage)
            let planned = try await bench.block.examine(bench.context())
            #expect(planned.verdict == .needed)
            #expect(
                stage.note(planned).sentence
                    == "the NetworkPolicy handover-block-outbound in namespace ess will be made; no probe of the topology "
                    + "will try whether it holds: a network plugin may not enforce it, and pods on the host's network and "
                    + "open connections are not covered")
            #expect(try await found(stage) == nil, "a dry run makes nothing")

            let done = try await bench.carryOut(bench.block)
            #expect(done.verdict == .done && done.sentence.contains("nothing has proven that it holds"))
            let made = try #require(try await found(stage))
            #expect(made["spec"] == ["podSelector": [:], "policyTypes": ["Egress"]])
            #expect(made["metadata"]?["annotations"] == ["handover/run": "r1"])
            #expect(made["metadata"]?["labels"] == ["app.kubernetes.io/managed-by": "handover"])

            let later = try await bench.carryOut(bench.block, run: "r2")
            #expect(later.verdict == .done)
            #expect(try await bench.takeBack(bench.block, later.facts, run: "r2").verdict == .done)
            #expect(try await found(stage) == made)

            let undone = try await bench.takeBack(bench.block, done.facts)
            #expect(undone.sentence.hasSuffix("is not there, as before"), "\(undone)")
            #expect(try await found(stage) == nil)
            #expect(try await bench.takeBack(bench.block, done.facts).verdict == .done, "twice is as once")
        }
    }

    @Test func `Opened, and closed again by the undo as it was`() async throws {
        try await SecretsStage.with { stage in
            let bench = FirewallBench(stage)
            #expect(try await stage.note(bench.carryOut(bench.open)).verdict == .done, "there is nothing to open")
            try await bench.carryOut(bench.block)
            let before = try #require(try await found(stage))
            let planned = try await bench.open.examine(bench.context("r2"))
            #expect(planned.sentence.contains("made by r1, will be taken away"))
            #expect(try await bench.carryOut(bench.open, run: "r2").verdict == .done)
            #expect(try await found(stage) == nil)
            #expect(try await bench.takeBack(bench.open, planned.facts, run: "r2").verdict == .done)
            let after = try #require(try await found(stage))
            #expect(after["spec"] == before["spec"])
            #expect(after["metadata"]?["annotations"] == before["metadata"]?["annotations"])
        }
    }

    @Test func `A policy that lets traffic out defeats it, is named, and a person may answer for it`() async throws {
        try await SecretsStage.with { stage in
            let bench = FirewallBench(stage)
            try await apply(
                stage, "allow-dns", ["podSelector": [:], "egress": [["ports": [["port": 53, "protocol": "UDP"]]]]])
            try await apply(stage, "only-ingress", ["podSelector": [:], "ingress": [[:]]])
            try await apply(stage, "deny-too", ["podSelector": [:], "policyTypes": ["Egress"]])
            let refused = stage.note(try await bench.carryOut(bench.block))
            #expect(refused.verdict == .refused(rule: "defeated-block", acceptance: "leaky-block"))
            #expect(
                refused.sentence.contains("let traffic out: the NetworkPolicy allow-dns; take"), "\(refused.sentence)")
            #expect(try await found(stage) == nil)

            let context = bench.context(accepted: ["leaky-block"])
            let accepted = try await bench.block.examine(context)
            #expect(accepted.verdict == .needed)
            try await bench.block.act(context, on: accepted)
            #expect(try await bench.block.verify(context, after: accepted).verdict == .done)
            #expect(
                try await bench.block.examine(bench.context()).verdict
                    == .refused(rule: "defeated-block", acceptance: "leaky-block"),
                "in place, and still defeated for whoever has not answered for it")
        }
    }

    @Test func `A policy of our name that others have a hand in is a conflict, and another's own is left alone`()
        async throws
    {
        try await SecretsStage.with { stage in
            let bench = FirewallBench(stage)
            let client = try stage.access().client(site: "dc1")
            try await bench.carryOut(bench.block)
            // Somebody has edited it: what they added is not taken away by an apply.
            _ = try await client.merge(path(), ["spec": ["egress": [["to": [["ipBlock": ["cidr": "10.0.0.0/8"]]]]]]])
            let added = try await fault { try await bench.block.examine(bench.context()) }
            #expect(stage.note(added).kind == .conflict && added.what.hasPrefix("somebody else has added"), "\(added)")
            try await otherManager(stage, ["spec": ["policyTypes": ["Egress", "Ingress"]]], "merge-patch+json")
            let taken = try await fault { try await bench.block.examine(bench.context()) }
            #expect(taken.kind == .conflict && taken.what.contains("belong to another manager: "), "\(taken)")

            try await client.delete(path(), uid: nil)
            try await otherManager(
                stage, policy(NetworkPolicyDriver.name, ["podSelector": [:], "policyTypes": ["Egress"]]),
                "apply-patch+yaml")
            let theirs = try await found(stage)
            for command in [bench.block, bench.open] as [any StepCommand] {
                let refused = try await bench.carryOut(command)
                #expect(refused.verdict == .refused(rule: "not-our-block", acceptance: nil), "\(refused.sentence)")
                try? await command.act(bench.context(), on: refused)
                #expect(try await found(stage) == theirs)
            }
        }
    }

    @Test func `An undo takes away only the very object that it saw`() async throws {
        try await SecretsStage.with { stage in
            let bench = FirewallBench(stage)
            try await bench.carryOut(bench.block)
            let client = try stage.access().client(site: "dc1")
            let driver = NetworkPolicyDriver(client: client)
            let seen = try await driver.look()
            try await client.delete(path(), uid: nil)
            try await bench.carryOut(bench.block)
            let fault = try await fault { try await driver.restore(nil, seen: seen) }
            #expect(stage.note(fault).kind == .conflict)
            #expect(try await found(stage) != nil)
        }
    }

    @Test func `A check names the policy that defeats it, one that is another's, and the rights that are missing`()
        async throws
    {
        try await SecretsStage.with { stage in
            let bench = FirewallBench(stage)
            func problems() async -> [String] {
                let checks = FirewallChecks(topology: bench.topology, access: bench.access, serving: "dc1", to: "dc2")
                return await checks.results().filter { $0.verdict != .ok }.map {
                    stage.note("\($0.verdict) \($0.id): \($0.seen)")
                }
            }
            let outside = "warning firewall.outside: every firewall of dc1 is in its own cluster"
            #expect(await problems() == [outside])
            try await apply(stage, "allow-all", ["podSelector": [:], "egress": [[:]]])
            #expect(await problems().last?.hasSuffix("would be defeated by the NetworkPolicy allow-all") == true)
            try await otherManager(
                stage, policy(NetworkPolicyDriver.name, ["podSelector": [:], "policyTypes": ["Egress"]]),
                "apply-patch+yaml")
            #expect(await problems().last?.hasSuffix("is there and was not made by Handover") == true)
            try stage.takeRights("dc1")
            let missing = try await stage.access().release(at: "dc1")
                .permissions(RightsInUse(closing: [.networkPolicy]))
            #expect(stage.note(missing).seen.contains("delete networkpolicies"), "\(missing.seen)")
        }
    }

    @Test func `Missing rights and an API server that is away are told apart on a quiet day`() async throws {
        try await SecretsStage.with { stage in
            let bench = FirewallBench(stage)
            try stage.takeRights("dc1")
            let forbidden = try await fault { try await FirewallBench(stage).block.examine(bench.context()) }
            #expect(stage.note(forbidden).kind == .forbidden)
            try stage.takeAway("dc1")
            let away = try await fault { try await FirewallBench(stage).block.examine(bench.context()) }
            #expect(stage.note(away).kind == .unreachable, "so that the step can be owed")
        }
    }
}
