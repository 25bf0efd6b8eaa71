import FailoverModel

/// The checks of the service: the whole acceptance list where it is served, and elsewhere what can be known on a quiet day.
struct ServiceChecks: Sendable {
    let topology: Topology
    let access: ServiceAccess
    /// The site that serves; nil where that is not known.
    let serving: String?
    let to: String?

    func report() async -> (results: [CheckResult], seen: [SiteObservation]) {
        var results: [CheckResult] = []
        var seen: [SiteObservation] = []
        for site in topology.sites where topology.checked(from: serving, to: to).contains(site.name) {
            guard let endpoint = site.service else { continue }
            if site.name == serving {
                let (found, observed) = await served(site, endpoint)
                results += found
                seen += observed
            } else if let expected = topology.service, let ingress = endpoint.ingress {
                results += await standingBy(site, expected, ingress)
            }
            results += await address(site)
        }
        return (results, seen)
    }

    private func address(_ site: Topology.Site) async -> [CheckResult] {
        let address = AdvertisedAddress(kubernetes: access.kubernetes, topology: topology, site: site)
        guard let result = await address.result() else { return [] }
        var checked = CheckResult(result, at: site.name)
        // Nothing came back at all, which says nothing of what is there.
        if checked.verdict == .failing, result.fault?.silence == .late { checked.verdict = .unknown }
        return [checked]
    }

    // MARK: Where it is served

    private func served(
        _ site: Topology.Site, _ endpoint: ServiceEndpoint
    ) async -> ([CheckResult], [SiteObservation]) {
        var results: [CheckResult] = []
        var seen: [SiteObservation] = []
        let plain = Check(
            id: "service.serves", why: "the answer by which a failover is judged must be right while nothing is wrong")
        do throws(Fault) {
            if let look = try await PlainService(access: access, endpoint: endpoint, site: site.name)?.look() {
                results.append(
                    look.result.isWrong
                        ? plain.failing(site.name, look.result.seen, fix: look.result.fix)
                        : plain.ok(site.name, look.result.seen))
                seen += look.finding.observations
            }
        } catch { results.append(plain.failing(site.name, error)) }
        guard let expected = topology.service, let ingress = endpoint.ingress else { return (results, seen) }
        do throws(Fault) {
            let found = try await inspection(site, expected, .ingress(ingress)).report().results
            results += found.map { CheckResult($0, at: site.name) }
            if seen.isEmpty, let versions = found.first(where: { $0.id == "versions" }) {
                seen.append(.service(versions, isServing: !found.contains(where: \.isWrong), at: site.name))
            }
            results.append(await write(site, expected, ingress))
            if !site.dns.isEmpty, !expected.allHosts.isEmpty { results.append(try await byName(site, expected)) }
        } catch { results.append(plain.failing(site.name, error)) }
        return (results, seen)
    }

    private func inspection(
        _ site: Topology.Site, _ expected: ServiceExpectations, _ way: ServiceWay
    ) -> ServiceInspection {
        ServiceInspection(
            access: access, topology: topology, expected: expected, site: site, way: way, source: site.name,
            recorded: .init())
    }

    /// Writes, and so changes one thing: what the probe user has noted of itself.
    private func write(
        _ site: Topology.Site, _ expected: ServiceExpectations, _ ingress: HostAndPort
    ) async -> CheckResult {
        let check = Check(id: "service.\(WriteProof.id)", why: WriteProof.why)
        let context = StepContext(
            run: "check", step: "write", site: site.name, from: site.name, to: site.name, others: [],
            topology: topology)
        do throws(Fault) {
            guard
                let proof = try await WriteProof(
                    access: access, expected: expected, site: site, topology: topology, ingress: ingress)
            else {
                return check.warning(
                    site.name, "only reads are proven, because the topology names no probe user",
                    fix: "Add \"probe: {user: …, accessTokenFile: …}\" to \"service\" in the topology (see the README)")
            }
            let content = WriteProof.content(context, at: access.now())
            try await proof.write(content)
            guard let missing = try await missing(content, proof) else {
                return check.ok(site.name, "what was written as \(proof.probe.user) came back")
            }
            return check.failing(site.name, missing, fix: "See Synapse's log and its database")
        } catch { return check.failing(site.name, error) }
    }

    /// A worker may not have heard of the write yet.
    private func missing(_ content: JSONValue, _ proof: WriteProof) async throws(Fault) -> String? {
        var missing: String?
        for pause in [0, 100, 400, 1000] {
            try? await Task.sleep(for: .milliseconds(pause))
            missing = try await proof.missing(content)
            if missing == nil { return nil }
        }
        return missing
    }

    private func byName(_ site: Topology.Site, _ expected: ServiceExpectations) async throws(Fault) -> CheckResult {
        let check = Check(id: "service.by-name", why: "users come by name, and not through an address")
        let report = try await inspection(site, expected, .names).report()
        let words = ServiceWords(results: report.results, way: report.way)
        let wrong = report.results.filter(\.isWrong)
        return wrong.isEmpty
            ? check.ok(site.name, words.right)
            : check.failing(site.name, words.wrong(wrong), fix: wrong[0].fix)
    }

    // MARK: Where it is not

    /// The ingress of a site runs while the service does not, and shows its certificates.
    private func standingBy(
        _ site: Topology.Site, _ expected: ServiceExpectations, _ ingress: HostAndPort
    ) async -> [CheckResult] {
        let check = Check(
            id: "service.ingress", why: "users who are led there meet its certificate before anything else")
        do throws(Fault) {
            let security = try access.trust(expected.caCertificate, site: site.name)
            let routes = ServiceRoutes(through: ingress, hosts: expected.allHosts)
            var troubles: [ServiceResult] = []
            var first: (host: String, days: Int64)?
            for host in expected.allHosts {
                let item = AcceptanceItem(
                    id: "ingress", why: check.why, host: host, target: "/",
                    status: nil, latencyMilliseconds: expected.latencyMilliseconds,
                    certificateDays: expected.certificateDays)
                let call = ServiceCall(
                    inspection: inspection(site, expected, .ingress(ingress)), item: item,
                    route: routes.route(to: host),
                    security: security, bearer: nil, isFirst: true)
                let asked = await call.asked()
                guard let certificate = asked.certificate else {
                    troubles.append(asked.result)
                    // Where nothing answers, nothing else does either.
                    if asked.isAway { break }
                    continue
                }
                let days = certificate.days(at: access.now())
                if days < first?.days ?? .max { first = (host, days) }
            }
            return [judge(check, site.name, expected, troubles, first)]
        } catch { return [check.failing(site.name, error)] }
    }

    private func judge(
        _ check: Check, _ site: String, _ expected: ServiceExpectations, _ troubles: [ServiceResult],
        _ first: (host: String, days: Int64)?
    ) -> CheckResult {
        guard troubles.isEmpty, let first else {
            if troubles.count == 1, troubles[0].fault?.silence == .late {
                return check.unknown(
                    site,
                    Fault(
                        .unreachable, troubles[0].seen, at: "ingress of \(site)", next: "See why it does not answer"))
            }
            return check.failing(
                site, troubles.prefix(3).map(\.seen).joined(separator: "; "),
                fix: "See the ingress of \(site) and its certificates; users would be led there")
        }
        let seen =
            "its certificates are right for \(expected.allHosts.count) hosts; the first to end is that of "
            + "\(first.host), in \(first.days.inDays)"
        return first.days < expected.certificateDays
            ? check.warning(
                site, "\(seen), and \(expected.certificateDays) are wanted",
                fix: "Renew it: nobody does so for a site that names do not lead to")
            : check.ok(site, seen)
    }
}

extension CheckResult {
    /// An item of the acceptance list as a check.
    fileprivate init(_ result: ServiceResult, at site: String) {
        let verdict: CheckVerdict =
            switch result.verdict {
            case .right: .ok
            case .remark: .warning
            case .wrong, .lasting: .failing
            }
        let fix = result.fix.isEmpty && verdict != .ok ? "See what answers there" : result.fix
        self.init(
            id: "service.\(result.id)", site: site, verdict: verdict, seen: result.seen, why: result.why, fix: fix)
    }
}
