import FailoverModel

/// Asks a site everything that the topology expects of it. Reads only.
struct ServiceInspection: Sendable {
    let access: ServiceAccess
    let topology: Topology
    let expected: ServiceExpectations
    let site: Topology.Site
    let way: ServiceWay
    /// The site that served before, whose key others know.
    let source: String
    let recorded: StepContext.Recorded
    /// Whether this run has proven the site's Secrets to be those of `source`.
    var isProven = false
    /// Items that are not asked, by their ids.
    var leftOut: Set<String> = []

    /// What was found, in the order of the list, and how it was reached.
    struct Report: Sendable {
        var results: [ServiceResult]
        var way: String
    }

    /// Throws only where the topology's own files are wrong.
    func report() async throws(Fault) -> Report {
        let security = try access.trust(expected.caCertificate, site: site.name)
        let bearer: Secret? = if let probe = expected.probe { try access.bearer(probe) } else { nil }
        let items = expected.acceptanceList(chartVersion: topology.chart?.version).filter {
            !leftOut.contains($0.id)
        }
        let routes = await self.routes()
        var asked = await ask(items, routes, security, bearer)
        asked += await tryOthers(routes, security)
        if case .ingress = way { asked += [await rtcPort()].compactMap(\.self) }
        let certificates = certificates(of: asked)
        return Report(results: asked.map(\.result) + certificates, way: routes.title)
    }

    private func routes() async -> ServiceRoutes {
        switch way {
        case .ingress(let ingress): ServiceRoutes(through: ingress, hosts: expected.allHosts)
        case .names: await ServiceRoutes(byNameTo: site, in: topology, hosts: expected.allHosts, access.dns)
        }
    }

    /// An answer, or why there is none.
    struct Asked: Sendable {
        var result: ServiceResult
        var host: String?
        var certificate: PeerCertificate?
        var certificateDays: Int64 = 0
        /// Nothing answered, and not only wrongly.
        var isAway: Bool { result.fault?.kind == .unreachable }
    }

    /// A few at a time. The first of each host comes with the host's certificate.
    private func ask(
        _ items: [AcceptanceItem], _ routes: ServiceRoutes, _ security: TLSSettings, _ bearer: Secret?
    ) async -> [Asked] {
        var hosts: Set<String> = []
        let firsts = items.map { item in hosts.insert(item.host ?? item.target).inserted }
        return await withTaskGroup(of: (Int, Asked).self) { group in
            var waiting = items.indices.makeIterator()
            func addNext() {
                guard let index = waiting.next() else { return }
                group.addTask {
                    let call = ServiceCall(
                        inspection: self, item: items[index], route: routes.route(to: items[index].host),
                        security: security, bearer: bearer, isFirst: firsts[index])
                    return (index, await call.asked())
                }
            }
            for _ in 0..<6 { addNext() }
            var all: [(Int, Asked)] = []
            for await one in group {
                all.append(one)
                addNext()
            }
            return all.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    /// The further addresses of each host: half of its users may be led there. From a machine that has no way to any address
    /// of the kind (IPv6, mostly) nothing is known.
    private func tryOthers(_ routes: ServiceRoutes, _ security: TLSSettings) async -> [Asked] {
        var all: [Asked] = []
        for other in routes.others {
            let item = AcceptanceItem(
                id: "address", why: "a name with several addresses leads some of its users to each", host: other.host,
                target: "/", status: nil, latencyMilliseconds: expected.latencyMilliseconds,
                certificateDays: expected.certificateDays, note: "\(other.host) at \(other.address)")
            let call = ServiceCall(
                inspection: self, item: item, route: .success(other.route), security: security, bearer: nil,
                isFirst: true)
            var asked = await call.asked()
            if asked.result.fault?.silence == .noRoute { asked.result.verdict = .remark }
            all.append(asked)
        }
        return all
    }

    private func rtcPort() async -> Asked? {
        guard let rtc = site.service?.rtc else { return nil }
        let why = "where calls cannot reach the SFU they connect to nothing"
        let title = "TCP port \(rtc.port) of \(rtc.address), which calls go to,"
        switch await TCPPort.connect(to: rtc.address, port: rtc.port) {
        case .success(let time):
            return Asked(result: .init("rtc-port", .right, "\(title) is open", why: why, milliseconds: time))
        case .failure(let fault):
            return Asked(result: .init("rtc-port", .wrong, "\(title) \(fault.what)", why: why, fix: fault.next))
        }
    }

    /// One result for all certificates: that of the first to end. What is wrong with one keeps its host from answering, and
    /// is said there.
    private func certificates(of asked: [Asked]) -> [ServiceResult] {
        let now = access.now()
        let seen = asked.compactMap { one in one.certificate.map { (one.host ?? "", $0, one.certificateDays) } }
        guard let first = seen.min(by: { $0.1.expiresAt < $1.1.expiresAt }) else { return [] }
        let why = "a certificate that ends locks everybody out, and after a failover nobody may be renewing it"
        let ending = seen.filter { $0.1.days(at: now) < $0.2 }.sorted { $0.1.expiresAt < $1.1.expiresAt }
        if ending.isEmpty {
            return [
                ServiceResult(
                    "certificates", .right,
                    "certificates of \(seen.count) hosts are right; the first to end is that of \(first.0), in "
                        + "\(first.1.days(at: now).inDays)", why: why)
            ]
        }
        // Often it is one for several hosts.
        var list: [String] = []
        for one in ending where !ending.prefix(while: { $0.0 != one.0 }).contains(where: { $0.1 == one.1 }) {
            let more = ending.count { $0.1 == one.1 } - 1
            list.append(
                "that of \(one.0)\(more > 0 ? " and \(more) more" : "") ends in \(one.1.days(at: now).inDays), and "
                    + "\(one.2) are wanted")
        }
        return [
            ServiceResult(
                "certificates", .remark, "a certificate ends soon: \(list.joined(separator: "; "))", why: why,
                fix: "Renew it, or see why cert-manager does not, before the site has to serve")
        ]
    }
}
