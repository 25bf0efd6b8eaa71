import FailoverModel

/// `service.check` and `service.check-by-name`: waits until the site gives its users every answer that the topology expects,
/// through its ingress, or by name once the names lead there.
///
/// Looking reads. Where there is a probe user, acting writes its account data, and verifying reads them back: nothing less
/// proves that the database takes writes. Whatever is not right yet is looked at again until the step's deadline; what
/// waiting cannot mend is refused.
struct ServiceCheckCommand: StepCommand {
    static let name = "service.check"
    static let nameByName = "service.check-by-name"
    let access: ServiceAccess
    let isByName: Bool

    func examine(_ context: StepContext) async throws(Fault) -> Finding {
        let (site, endpoint) = try goal(context)
        var results: [ServiceResult] = []
        var way = ""
        var seen: [SiteObservation] = []
        if !isByName, let look = try await PlainService(access: access, endpoint: endpoint, site: site.name)?.look() {
            guard context.topology.service != nil else { return look.finding }
            results.append(look.result)
            seen = look.finding.observations
        }
        if let inspection = inspection(context, site, endpoint) {
            let report = try await inspection.report()
            results += report.results
            way = report.way
        }
        if !isByName, let address = await advertised(context, site) { results.append(address) }
        if let answer = results.first(where: { $0.id == "versions" }) {
            seen = [.service(answer, isServing: !results.contains(where: \.isWrong), at: site.name)]
        }
        return finding(results, way, context, seen)
    }

    func act(_ context: StepContext, on finding: Finding) async throws(Fault) {
        guard let content = finding.facts["probe"], let proof = try await proof(context) else { return }
        try await proof.write(content)
    }

    func verify(_ context: StepContext, after finding: Finding) async throws(Fault) -> Finding {
        guard let content = finding.facts["probe"], let proof = try await proof(context) else {
            return try await examine(context)
        }
        if let missing = try await proof.missing(content) {
            return Finding(.waiting, missing, facts: finding.facts, observations: finding.observations)
        }
        let said = finding.facts["said"]?.text ?? ""
        return Finding(
            .done, "\(said); what was written as \(proof.probe.user) came back", facts: finding.facts,
            observations: finding.observations)
    }

    // MARK: What it is about

    private func goal(_ context: StepContext) throws(Fault) -> (Topology.Site, ServiceEndpoint) {
        guard let site = context.topology.site(named: context.site), let service = site.service else {
            throw Fault(
                .invalid, "the topology gives it no service", at: "site \(context.site)",
                next: "Add service: to the site, or take the step out of the runbook.")
        }
        return (site, service)
    }

    private func inspection(
        _ context: StepContext, _ site: Topology.Site, _ endpoint: ServiceEndpoint
    ) -> ServiceInspection? {
        guard let expected = context.topology.service else { return nil }
        let way: ServiceWay? = isByName ? .names : endpoint.ingress.map(ServiceWay.ingress)
        return way.map {
            ServiceInspection(
                access: access, topology: context.topology, expected: expected, site: site, way: $0,
                source: context.from, recorded: context.recorded,
                isProven: context.hasProvenSecrets(of: site.name, likeThoseOf: context.from))
        }
    }

    private func advertised(_ context: StepContext, _ site: Topology.Site) async -> ServiceResult? {
        await AdvertisedAddress(kubernetes: access.kubernetes, topology: context.topology, site: site).result()
    }

    private func proof(_ context: StepContext) async throws(Fault) -> WriteProof? {
        let (site, endpoint) = try goal(context)
        guard let expected = context.topology.service else { return nil }
        return try await WriteProof(
            access: access, expected: expected, site: site, topology: context.topology,
            ingress: isByName ? nil : endpoint.ingress)
    }

    // MARK: What is said

    private func finding(
        _ results: [ServiceResult], _ way: String, _ context: StepContext, _ seen: [SiteObservation]
    ) -> Finding {
        var facts: [String: JSONValue] = [
            "command": .string(isByName ? Self.nameByName : Self.name), "site": .string(context.site),
            "items": .array(results.map(\.facts)),
        ]
        let words = ServiceWords(results: results, way: way)
        for result in results {
            guard case .lasting(let rule) = result.verdict else { continue }
            let acceptance = "\(context.site)-\(rule)"
            guard !context.accepted.contains(acceptance) else { continue }
            return Finding(
                .refused(rule: rule, acceptance: acceptance), result.seen, facts: .object(facts), observations: seen)
        }
        let wrong = results.filter { $0.verdict == .wrong }
        guard wrong.isEmpty else {
            return Finding(.waiting, words.wrong(wrong), facts: .object(facts), observations: seen)
        }
        let said = words.right
        guard context.topology.service?.probe != nil else {
            return Finding(
                .done, "\(said); only reads were proven, because the topology names no probe user",
                facts: .object(facts), observations: seen)
        }
        facts["said"] = .string(said)
        facts["probe"] = WriteProof.content(context, at: access.now())
        return Finding(
            .needed, "\(said); account data will be written and read back", facts: .object(facts), observations: seen)
    }
}

extension SiteObservation {
    /// The service as its answer to `versions` shows it.
    static func service(_ versions: ServiceResult, isServing: Bool, at site: String) -> SiteObservation {
        guard let status = versions.status else {
            return SiteObservation(site: site, seen: .unreachable(system: "service", reason: versions.seen))
        }
        return SiteObservation(site: site, seen: .service(status: status, isServing: isServing))
    }
}

/// The step commands of this system by the name that runbooks use.
package enum ServiceCommands {
    package static func all(access: ServiceAccess) -> [String: any StepCommand] {
        [
            ServiceCheckCommand.name: ServiceCheckCommand(access: access, isByName: false),
            ServiceCheckCommand.nameByName: ServiceCheckCommand(access: access, isByName: true),
        ]
    }
}
