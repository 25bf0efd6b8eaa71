import FailoverModel

/// `drill.service`: waits until the drill's release runs, and asks it what the topology expects of every site, as far as that
/// makes sense of a release with host names and a signing key of its own.
struct DrillServiceCommand: StepCommand {
    static let name = DrillCommandName.service
    let helm: HelmAccess
    let service: ServiceAccess

    /// A release of its own has a key of its own, and is nobody's server name.
    private static let leftOut: Set<String> = ["server-key", "federation"]

    func examine(_ context: StepContext) async throws(Fault) -> Finding {
        guard let release = try DrillReleaseAtSite(at: context.site, helm, key: context.idempotencyKey) else {
            return DrillReleaseCommand.leftOut(Self.name, context)
        }
        let seen = try await release.look()
        guard let stored = seen.stored, context.owns(seen.releaseOwner) else {
            return .refused("no-release", "\(release.title) is not of this drill, or not there; install it first")
        }
        let live = try await release.program.release.look()
        let intended = try ReleaseManifest(stored.manifest, at: release.title).workloads.filter { $0.replicas > 0 }
        var facts: [String: JSONValue] = [
            "command": .string(Self.name), "site": .string(context.site),
            "workloads": .integer(Int64(intended.count)),
        ]
        let missing = intended.filter { live.workload($0.key) == nil }
        guard missing.isEmpty else {
            return Finding(
                .waiting, "\(release.title) has no \(missing.map(\.key.name).joined(separator: ", ")) yet",
                facts: .object(facts))
        }
        let unsettled = live.workloads.filter { !$0.isSettled }
        guard unsettled.isEmpty else {
            return Finding(
                .waiting, "\(release.title): \(PodTexts.unsettledRelease(unsettled))", facts: .object(facts))
        }
        let ready = "\(intended.count) workloads of \(release.title) are ready"
        guard let report = try await report(release, context) else {
            return Finding(
                .done, "\(ready); the topology names no hosts of it, so nothing was asked", facts: .object(facts))
        }
        facts["items"] = .array(report.results.map(\.facts))
        let words = ServiceWords(results: report.results, way: report.way)
        let wrong = report.results.filter(\.isWrong)
        guard wrong.isEmpty else { return Finding(.waiting, "\(ready); \(words.wrong(wrong))", facts: .object(facts)) }
        return Finding(.done, "\(ready); \(words.right)", facts: .object(facts))
    }

    /// Looking is all there is to do.
    func act(_ context: StepContext, on finding: Finding) async throws(Fault) {}

    private func report(
        _ release: DrillReleaseAtSite, _ context: StepContext
    ) async throws(Fault) -> ServiceInspection.Report? {
        guard var site = context.topology.site(named: context.site),
            let ingress = release.drill.ingress ?? site.service?.ingress
        else { return nil }
        let real = context.topology.service
        let expected = ServiceExpectations(
            hosts: release.drill.hosts, caCertificate: real?.caCertificate,
            latencyMilliseconds: real?.latencyMilliseconds ?? 5000, certificateDays: real?.certificateDays ?? 0)
        guard !expected.allHosts.isEmpty else { return nil }
        site.service?.rtc = nil
        return try await ServiceInspection(
            access: service, topology: context.topology, expected: expected, site: site, way: .ingress(ingress),
            source: context.from, recorded: context.recorded, leftOut: Self.leftOut
        ).report()
    }
}
