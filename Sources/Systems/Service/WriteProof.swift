import FailoverModel
import Foundation

/// Writes account data of the probe user and reads them back: the one thing that a database which is away, or takes no
/// writes, cannot answer.
struct WriteProof: Sendable {
    let access: ServiceAccess
    let probe: ServiceExpectations.Probe
    let host: String
    let routes: ServiceRoutes
    let security: TLSSettings

    /// The type of the account data; one object a user, written over each time.
    static let type = "org.handover.probe"
    static let id = "write"
    static let why = "almost every read is answered with the database stopped; only a write proves that it serves"

    /// What is written: another each time, so that what is read back is what was just written.
    static func content(_ context: StepContext, at now: Moment) -> JSONValue {
        [
            "run": .string(context.idempotencyKey), "site": .string(context.site), "at": .string(now.description),
            "once": .string(UUID().uuidString),
        ]
    }

    /// A write that was not taken is `.throttled`, whatever kept it: it does no harm to write again.
    func write(_ content: JSONValue) async throws(Fault) {
        let answer: HTTPResponse
        do throws(Fault) { answer = try await send(.put, content) } catch {
            guard error.kind.mayPass else { throw error }
            throw Fault(.throttled, "the write was not answered: \(error.what)", at: place, next: error.next)
        }
        guard let flaw = flaw(of: answer) else { return }
        throw Fault(
            answer.status == 401 || answer.status == 403 ? .forbidden : .throttled, "the write \(flaw.seen)",
            at: place, next: flaw.fix)
    }

    /// Why what was written does not come back; `nil` where it does.
    func missing(_ content: JSONValue) async throws(Fault) -> String? {
        let answer = try await send(.get, nil)
        if answer.status == 404 { return "what was written as \(probe.user) is not there" }
        if let flaw = flaw(of: answer) { return "reading back what was written: \(place) \(flaw.seen)" }
        let read = try JSONValue(decoding: answer.body, at: place)
        return read == content ? nil : "what was written as \(probe.user) is not what comes back"
    }

    private var path: String {
        "/_matrix/client/v3/user/\(URLText.encoded(probe.user))/account_data/\(Self.type)"
    }

    var place: String { "\(host), account data of \(probe.user)" }

    private func flaw(of answer: HTTPResponse) -> (seen: String, fix: String)? {
        var item = AcceptanceItem(
            id: Self.id, why: Self.why, host: host, target: path,
            latencyMilliseconds: Int64(ServiceAccess.limits.totalMilliseconds), certificateDays: 0)
        item.isProbes = true
        return AnswerJudgement(item: item, answer: answer).flaw
    }

    private func send(_ method: HTTPRequest.Method, _ content: JSONValue?) async throws(Fault) -> HTTPResponse {
        var headers: HTTPHeaders = ["User-Agent": "handover"]
        headers.add("Authorization", try access.bearer(probe).reveal())
        if content != nil { headers.add("Content-Type", "application/json") }
        return try await access.http.send(
            HTTPRequest(
                method, "https://\(host)\(path)", headers: headers, body: try content?.encoded(at: place),
                limits: ServiceAccess.limits, security: security, route: try routes.route(to: host).get()))
    }
}

extension WriteProof {
    /// Through `ingress`, or by name. `nil` where the topology names nobody who could write.
    init?(
        access: ServiceAccess, expected: ServiceExpectations, site: Topology.Site, topology: Topology,
        ingress: HostAndPort?
    ) async throws(Fault) {
        guard let probe = expected.probe, let host = expected.hosts.synapse else { return nil }
        let routes =
            if let ingress { ServiceRoutes(through: ingress, hosts: [host]) } else {
                await ServiceRoutes(byNameTo: site, in: topology, hosts: [host], access.dns)
            }
        self.init(
            access: access, probe: probe, host: host, routes: routes,
            security: try access.trust(expected.caCertificate, site: site.name))
    }
}
