/// The values that make the ESS chart run nothing, laid over a site's own with `--set`.
///
/// Source: the chart's `values.yaml` and the names of what it renders, 26.8.
struct StandbyOverlay: Equatable, Sendable {
    /// `synapse.replicas=0`.
    var settings: [String] = []

    /// Before 26.7.0 the chart's schema has no `replicas` for most of its workloads.
    static let firstVersion = VersionNumber(26, 7, 0)

    /// One replica of each of these workloads, for a release that only has to show that it starts.
    static func single(_ workloads: [String], release: String) -> StandbyOverlay {
        var overlay = StandbyOverlay(workloads: [], release: release)
        let parts = workloads.compactMap { part(of: $0, release: release) }
        overlay.settings = Set(parts).sorted().map { "\($0).replicas=1" }
        return overlay
    }

    /// For the workloads that a release renders. Those the chart does not know are left to the topology's own values.
    init(workloads: [String], release: String) {
        let parts = workloads.compactMap { Self.part(of: $0, release: release) }
        settings = Set(parts).sorted().map { "\($0).replicas=0" }
        // The hook that checks Synapse's configuration fails on a stream writer without a replica.
        if parts.contains(where: { $0.hasPrefix("synapse") }) {
            settings.append("synapse.checkConfigHook.enabled=false")
        }
    }

    private static func part(of workload: String, release: String) -> String? {
        guard workload.hasPrefix("\(release)-") else { return nil }
        let name = String(workload.dropFirst(release.count + 1))
        if let part = parts[name] { return part }
        guard name.hasPrefix("synapse-") else { return nil }
        let short = String(name.dropFirst("synapse-".count))
        return "synapse.workers.\(workers[short] ?? short)"
    }

    private static let parts = [
        "synapse-main": "synapse", "haproxy": "haproxy", "matrix-authentication-service": "matrixAuthenticationService",
        "element-web": "elementWeb", "element-admin": "elementAdmin", "redis": "redis", "hookshot": "hookshot",
        "postgres": "postgres", "matrix-rtc-authorisation-service": "matrixRTC", "matrix-rtc-sfu": "matrixRTC.sfu",
    ]

    /// The workers whose workloads have shorter names than they.
    private static let workers = [
        "event-persist": "event-persister", "fed-inbound": "federation-inbound", "fed-reader": "federation-reader",
        "fed-sender": "federation-sender", "initial-sync": "initial-synchrotron", "media-repo": "media-repository",
        "presence-write": "presence-writer", "typing": "typing-persister",
    ]

    /// The workers that Synapse must not be without while it runs: its configuration names them as writers, and an empty
    /// list there stops every process.
    static let streamWriters = [
        "account-data", "device-lists", "encryption", "event-persist", "presence-write", "push-rules", "receipts",
        "typing",
    ].map { "synapse-\($0)" }
}
