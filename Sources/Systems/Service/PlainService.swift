import FailoverModel

/// The one address of a site that is asked as it stands: `service.url`.
///
/// Whatever keeps it from the expected status – no connection, an old certificate while the ingress changes over, another
/// status – is a reason to look again, never a failure of its own.
struct PlainService: Sendable {
    private let access: ServiceAccess
    private let endpoint: ServiceEndpoint
    private let site: String
    private let url: String

    /// `nil` where the site has no such address.
    init?(access: ServiceAccess, endpoint: ServiceEndpoint, site: String) {
        guard let url = endpoint.url else { return nil }
        self.access = access
        self.endpoint = endpoint
        self.site = site
        self.url = url
    }

    struct Look: Sendable {
        var finding: Finding
        var result: ServiceResult
    }

    func look() async throws(Fault) -> Look {
        let request = HTTPRequest(
            .get, url, headers: ["User-Agent": "handover"], limits: ServiceAccess.limits,
            security: try access.trust(endpoint.caCertificate, site: site))
        _ = try HTTPTarget(request)
        do throws(Fault) {
            let answer = try await access.http.send(request)
            return answered(Int64(answer.status), answer)
        } catch {
            let seen = SiteObservation(site: site, seen: .unreachable(system: "service", reason: error.what))
            let sentence = "the service does not answer: \(error.what)"
            return Look(
                finding: Finding(.waiting, sentence, observations: [seen]),
                result: ServiceResult("url", .wrong, sentence, why: Self.why, fix: error.next))
        }
    }

    private static let why = "the answer by which a failover is judged must be right while nothing is wrong"

    private func answered(_ status: Int64, _ answer: HTTPResponse) -> Look {
        let isServing = status == endpoint.expectedStatus
        let seen = SiteObservation(site: site, seen: .service(status: status, isServing: isServing))
        let sentence = "the service answers \(status)" + (isServing ? "" : ", expected is \(endpoint.expectedStatus)")
        return Look(
            finding: Finding(
                isServing ? .done : .waiting, sentence, facts: ["status": .integer(status)], observations: [seen]),
            result: ServiceResult(
                "url", isServing ? .right : .wrong, sentence, why: Self.why,
                fix: isServing ? "" : "Correct service.url in the topology, or see why it does not serve",
                milliseconds: answer.milliseconds, status: status))
    }
}
