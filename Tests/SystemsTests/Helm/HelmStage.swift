import FailoverModel
import Foundation
import HandoverTestSupport
import Testing

@testable import Systems

/// The two real Kubernetes APIs of a `SecretsStage`, with a small chart that the real `helm` has installed at both: serving
/// at dc1, at zero at dc2.
struct HelmStage: Sendable {
    let secrets: SecretsStage
    var chart: HelmChart
    /// What the journal has recorded, and what persons have accepted.
    var recorded = StepContext.Recorded()
    var accepted: Set<String> = []
    /// What earlier steps of the run found.
    var history: [String: JSONValue] = [:]
    var now = Moment(microseconds: Int64(Date.now.timeIntervalSince1970 * 1_000_000))

    /// The Helm of the whole run.
    static let program = HelmGeneration.chosen.program

    static func with(
        version: String = "26.8.2", _ generation: HelmGeneration = .chosen,
        _ body: @Sendable @escaping (HelmStage) async throws -> Void
    ) async throws {
        try await SecretsStage.with { secrets in
            let chart = HelmChart(
                reference: "\(secrets.directory)/chart", program: try #require(generation.program),
                timeoutMilliseconds: 60_000)
            let stage = HelmStage(secrets: secrets, chart: chart)
            try stage.writeChart(version: version)
            for site in ["dc1", "dc2", "dc3"] { try stage.write(values: "haproxy: {replicas: 2}\n", at: site) }
            try stage.secrets.write(standby, to: "standby.yaml")
            try await secrets.plantGenerated("dc1", "dc2")
            let zeros = version == "26.8.2" ? ["--values", "\(secrets.directory)/standby.yaml"] : []
            _ = try await stage.helm("dc1", "upgrade", "--install", "ess", chart.reference, "-f", stage.values("dc1"))
            _ = try await stage.helm(
                "dc2", ["upgrade", "--install", "ess", chart.reference, "-f", stage.values("dc2")] + zeros)
            try await body(stage)
        }
    }

    private static let standby = """
        synapse: {replicas: 0, checkConfigHook: {enabled: false}, workers: {event-persister: {replicas: 0}}}
        haproxy: {replicas: 0}
        """

    // MARK: Chart and values

    func writeChart(version: String = "26.8.2", extra: String = "") throws {
        let folder = "\(secrets.directory)/chart/templates"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try secrets.write("apiVersion: v2\nname: matrix-stack\nversion: \(version)\n", to: "chart/Chart.yaml")
        try secrets.write(
            """
            host: matrix.ess.test
            macaroon: "\(SecretsStage.planted)inline"
            hookFails: false
            hookHangs: false
            synapse: {replicas: 1, checkConfigHook: {enabled: true}, workers: {event-persister: {replicas: 1}}}
            haproxy: {replicas: 1}
            matrixAuthenticationService: {syn2mas: {enabled: false}}

            """, to: "chart/values.yaml")
        // A chart before 26.7.0 refuses to be told of replicas.
        let schema =
            version < "26.7.0"
            ? #"{"properties": {"synapse": {"properties": {"replicas": {"enum": [1]}}}}}"#
            : #"{"properties": {"haproxy": {"properties": {"replicas": {"type": "integer", "minimum": 0}}}}}"#
        try secrets.write(schema, to: "chart/values.schema.json")
        try secrets.write(
            [
                workload("StatefulSet", "synapse-main", ".Values.synapse.replicas"),
                workload(
                    "StatefulSet", "synapse-event-persist",
                    "(index .Values.synapse.workers \"event-persister\").replicas"),
                workload("Deployment", "haproxy", ".Values.haproxy.replicas"), extra, Self.others,
            ].filter { !$0.isEmpty }.joined(separator: "\n---\n"), to: "chart/templates/all.yaml")
    }

    func workload(_ kind: String, _ name: String, _ replicas: String) -> String {
        """
        apiVersion: apps/v1
        kind: \(kind)
        metadata: {name: ess-\(name)}
        spec:
          replicas: {{ \(replicas) }}
          \(kind == "StatefulSet" ? "serviceName: ess" : "minReadySeconds: 0")
          selector: {matchLabels: {app: \(name)}}
          template: {metadata: {labels: {app: \(name)}}, spec: {containers: [{name: c, image: "stage.invalid/\(name)"}]}}
        """
    }

    private static let others = """
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata: {name: ess-synapse}
        spec: {rules: [{host: "{{ .Values.host }}"}]}
        ---
        apiVersion: v1
        kind: Secret
        metadata: {name: ess-synapse}
        stringData: {MACAROON: "{{ .Values.macaroon }}"}
        ---
        apiVersion: batch/v1
        kind: Job
        metadata:
          name: ess-init-secrets
          annotations: {"helm.sh/hook": "pre-install,pre-upgrade"}
        spec:
          backoffLimit: 0
          template:
            metadata: {annotations: {rehearsal.handover/exit-code: "{{ if .Values.hookHangs }}never{{ else if .Values.hookFails }}1{{ else }}0{{ end }}"}}
            spec: {restartPolicy: Never, containers: [{name: c, image: stage.invalid/matrix-tools}]}

        """

    func values(_ site: String) -> String { "\(secrets.directory)/values-\(site).yaml" }
    func write(values text: String, at site: String) throws { try secrets.write(text, to: "values-\(site).yaml") }

    // MARK: Commands

    private var topology: Topology {
        var topology = secrets.topology
        topology.chart = chart
        topology.sites = topology.sites.map { site in
            var site = site
            site.kubernetes?.values = [values(site.name)]
            return site
        }
        return topology
    }

    func context(_ site: String, remembered: JSONValue? = nil) -> StepContext {
        StepContext(
            run: secrets.directory, step: "release", site: site, from: "dc1", to: "dc2", others: ["dc3"],
            topology: topology, remembered: remembered, history: history, accepted: accepted, recorded: recorded)
    }

    func command(_ name: String) throws -> any StepCommand {
        try #require(HelmCommands.all(access: helmAccess)[name])
    }

    var helmAccess: HelmAccess {
        let kubernetes = KubernetesAccess(topology: topology, baseDirectory: secrets.directory, environment: [:])
        return HelmAccess(
            topology: topology, kubernetes: kubernetes, secrets: SecretsAccess(access: kubernetes, topology: topology),
            now: { [now] in now })
    }

    func examine(_ name: String, _ site: String, remembered: JSONValue? = nil) async throws -> Finding {
        secrets.note(try await command(name).examine(context(site, remembered: remembered)))
    }

    /// Does it as the engine does, and returns the last finding; what was remembered first is in `remembered`.
    func perform(_ name: String, _ site: String, remembered: JSONValue? = nil) async throws -> (
        last: Finding, remembered: JSONValue
    ) {
        let command = try command(name)
        let found = try await examine(name, site, remembered: remembered)
        #expect(found.verdict == .needed, "\(found.sentence)")
        let context = context(site, remembered: remembered ?? found.facts)
        try await command.act(context, on: found)
        let last = try await until(.done) { try await command.verify(context, after: found) }
        return (last, remembered ?? found.facts)
    }

    func undo(_ name: String, _ site: String, remembered: JSONValue) async throws -> Finding {
        let command = try command(name)
        let context = context(site, remembered: remembered)
        let found = secrets.note(try await command.examineUndo(context))
        #expect(found.verdict == .needed, "\(found.sentence)")
        try await command.undo(context, on: found)
        return try await until(.done) { try await command.examineUndo(context) }
    }

    func until(_ verdict: Finding.Verdict, _ look: () async throws -> Finding) async throws -> Finding {
        let deadline = ContinuousClock.now + .seconds(30)
        while true {
            let found = secrets.note(try await look())
            if found.verdict == verdict || ContinuousClock.now > deadline {
                #expect(found.verdict == verdict, "\(found.sentence)")
                return found
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    func fault(_ name: String = "helm.activate", _ body: (any StepCommand) async throws -> Void) async throws -> Fault {
        let command = try command(name)
        return secrets.note(try #require(await #expect(throws: Fault.self) { try await body(command) }))
    }

    /// What `helm` itself prints.
    @discardableResult
    func helm(_ site: String, _ words: String...) async throws -> String { try await helm(site, words) }

    @discardableResult
    func helm(_ site: String, _ words: [String], namespace: String = "ess") async throws -> String {
        let ended = try await ChildProgram.run(
            chart.program, words + ["--namespace", namespace, "--kubeconfig", "\(secrets.directory)/\(site).yaml"])
        guard ended.code == 0 else { throw StageError(what: "helm \(words.first ?? "") failed: \(ended.errors)") }
        return ended.output
    }

    func revision(_ site: String) async throws -> Int64? {
        let json = try JSONValue(
            decoding: Data(try await helm(site, "get", "metadata", "ess", "--output", "json").utf8), at: "helm")
        return json["revision"]?.integer
    }

    /// By name: how many replicas the API says are wanted.
    func counts(_ site: String) async throws -> [String: Int64] {
        let found = try await secrets.access().release(at: site).look()
        return Dictionary(found.workloads.map { ($0.name, $0.wanted) }) { first, _ in first }
    }
}
