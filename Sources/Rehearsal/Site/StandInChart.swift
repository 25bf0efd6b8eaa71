/// A chart with the names, value keys and hooks of the ESS chart, for the real Helm: everything in it is a stand-in.
struct StandInChart: Sendable {
    static let name = "matrix-stack"
    static let version = "26.8.2"

    private let files: RehearsalFiles

    init(files: RehearsalFiles) { self.files = files }

    /// Writes the chart, each site's values, and those with which a standby runs nothing.
    func write(sites: [String]) throws {
        for path in [files.chart, "\(files.chart)/templates", files.values] { try SmallFile.makeDirectory(path) }
        try SmallFile.write(
            "apiVersion: v2\nname: \(Self.name)\nversion: \(Self.version)\ndescription: A stand-in for Element Server Suite\n",
            to: "\(files.chart)/Chart.yaml")
        try SmallFile.write(values.json + "\n", to: "\(files.chart)/values.yaml")
        try SmallFile.write(workloads, to: "\(files.chart)/templates/workloads.yaml")
        try SmallFile.write(hooks, to: "\(files.chart)/templates/hooks.yaml")
        try SmallFile.write(
            "# Laid over a site's values, with these a drill starts a release of its own.\n"
                + "synapse: {ingress: {host: \(ServiceHosts.drillSynapse)}}\n", to: files.drillValues)
        for (index, site) in sites.enumerated() {
            try SmallFile.write(
                "# With these values \(site) serves.\nhaproxy: {replicas: 2}\n"
                    + "matrixRTC: {sfu: {manualIP: \(ServiceHosts.advertised(index))}}\n",
                to: "\(files.values)/\(site).yaml")
        }
        try SmallFile.write(
            "# Laid over a site's values, these run nothing.\n" + standby.json + "\n", to: files.standbyValues)
    }

    private var values: APIValue {
        var values: APIValue = [
            "synapse": [
                "checkConfigHook": ["enabled": true], "ingress": ["host": .string(ServiceHosts.synapse)],
            ],
            "matrixAuthenticationService": ["syn2mas": ["enabled": false]],
        ]
        for workload in StandInRelease.workloads {
            values.set(1, at: workload.valuePath + ["replicas"])
        }
        return values
    }

    private var standby: APIValue {
        var values: APIValue = ["synapse": ["checkConfigHook": ["enabled": false]]]
        for workload in StandInRelease.workloads { values.set(0, at: workload.valuePath + ["replicas"]) }
        return values
    }

    private var workloads: String {
        let objects = StandInRelease.workloads.map { workload in
            let path = workload.valuePath.map { "\"\($0)\"" }.joined(separator: " ")
            // JSON is YAML; only the count and the release's name are Helm's to fill in.
            return StandInRelease.manifest(workload, advertised: "{{ .Values.matrixRTC.sfu.manualIP }}").json
                .replacing("\"replicas\":1", with: "\"replicas\":{{ (index .Values \(path)).replicas }}")
        }
        let ingress = """
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata: {name: ess-synapse}
            spec:
              rules:
              - host: {{ .Values.synapse.ingress.host }}
                http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: ess-haproxy, port: {number: 8008}}}}]}
            """
        return Self.named((objects + [ingress]).joined(separator: "\n---\n")) + "\n"
    }

    /// The chart names everything after its release.
    private static func named(_ text: String) -> String {
        let (name, release) = (StandInRelease.name, "{{ .Release.Name }}")
        return text.replacing("\"\(name)-", with: "\"\(release)-")
            .replacing("name: \(name)-", with: "name: \(release)-")
            .replacing(
                "\"meta.helm.sh/release-name\":\"\(name)\"", with: "\"meta.helm.sh/release-name\":\"\(release)\""
            )
            .replacing(
                "\"meta.helm.sh/release-namespace\":\"\(StandInRelease.namespace)\"",
                with: "\"meta.helm.sh/release-namespace\":\"{{ .Release.Namespace }}\"")
    }

    /// As in the ESS chart: Secrets are made before every upgrade, and the check of Synapse's configuration fails where a
    /// stream writer has no replica.
    private var hooks: String {
        Self.named(
            """
            apiVersion: batch/v1
            kind: Job
            metadata:
              name: ess-init-secrets
              annotations: {"helm.sh/hook": "pre-install,pre-upgrade", "helm.sh/hook-weight": "-10"}
            spec:
              template:
                spec:
                  restartPolicy: Never
                  containers:
                  - name: init-secrets
                    image: "rehearsal.invalid/matrix-tools:\(Self.version)"
                    args: [generate-secrets, "\(StandInRelease.generatedSecret):SYNAPSE_SIGNING_KEY:signingkey"]
            {{- if .Values.synapse.checkConfigHook.enabled }}
            ---
            apiVersion: batch/v1
            kind: Job
            metadata:
              name: ess-synapse-check-config
              annotations: {"helm.sh/hook": "pre-install,pre-upgrade", "helm.sh/hook-weight": "0"}
            spec:
              backoffLimit: 0
              template:
                metadata:
                  annotations:
                    \(KubernetesCluster.exitCodeAnnotation): "{{ if (index .Values "synapse" "workers" "event-persister").replicas }}0{{ else }}1{{ end }}"
                spec:
                  restartPolicy: Never
                  containers: [{name: synapse, image: "rehearsal.invalid/synapse:\(Self.version)"}]
            {{- end }}

            """)
    }
}

extension APIValue {
    /// Sets a member of nested objects, making those that are not there.
    fileprivate mutating func set(_ value: APIValue, at path: [String]) {
        guard let first = path.first else { return self = value }
        var inner = self[first] ?? .object([:])
        inner.set(value, at: Array(path.dropFirst()))
        self[first] = inner
    }
}
