import FailoverModel

/// How many replicas each workload is to have where the service goes to, and who says so.
struct IntendedCounts {
    struct Intent: Equatable {
        var count: Int64
        /// `chart`, `topology`, `as at dc1`, `annotation`, `default`, `until the chart is upgraded`.
        var source: String
    }

    /// What the chart was upgraded to in this run, where Helm did it.
    private var chart: RememberedCounts?
    private var topology: [String: Int64]
    private var remembered: RememberedCounts?
    private var from: String
    private var isOfChart: Bool

    static let annotation = "handover/replicas"

    /// The counts that a scale-down of `from` found earlier in the run are used unless all were 0: then that site had been
    /// stopped before, and its zeros say nothing. A single 0 among others is a workload that is off on purpose.
    init(_ context: StepContext, release: KubernetesRelease) {
        chart = context.history.values
            .first { $0["command"]?.text == ActivateReleaseCommand.name && $0["site"]?.text == context.site }
            .flatMap { RememberedCounts(facts: $0) }
        topology = release.replicas
        from = context.from
        isOfChart = release.values != nil
        let found = context.history.sorted { $0.key < $1.key }.map(\.value)
            .filter { $0["command"]?.text == ScaleDownCommand.name && $0["site"]?.text == context.from }
            .compactMap { RememberedCounts(facts: $0) }
            .flatMap(\.entries)
        remembered = found.contains { $0.replicas > 0 } ? RememberedCounts(found) : nil
    }

    func intent(for workload: ReleaseWorkloads.Workload) throws(Fault) -> Intent {
        if let count = chart?[workload.key]?.intended { return Intent(count: count, source: "chart") }
        if let count = topology[workload.name] { return Intent(count: count, source: "topology") }
        if let count = remembered?[workload.key]?.replicas { return Intent(count: count, source: "as at \(from)") }
        if let text = workload.object.metadata.annotations?[Self.annotation] {
            guard let count = Int64(text), (0...10_000).contains(count) else {
                throw Fault(
                    .invalid, "its annotation \(Self.annotation) is not a count",
                    at: "\(workload.kind.rawValue) \(workload.name)",
                    next: "Correct the annotation, or give the count in the topology.")
            }
            return Intent(count: count, source: "annotation")
        }
        return Intent(count: 1, source: isOfChart ? "until the chart is upgraded" : "default")
    }
}
