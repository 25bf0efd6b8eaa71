import FailoverModel
import Foundation

/// The REST API of a site's Patroni (patroni.readthedocs.io/en/latest/rest_api.html).
struct PatroniClient: Sendable {
    let place: String
    let members: PatroniMembers
    let secrets: any SecretSource
    let transport: any HTTPTransport

    init(_ target: PostgresTarget, _ members: PatroniMembers) {
        place = "\(target.place), Patroni"
        self.members = members
        secrets = target.access.secrets
        transport = target.access.transport
    }

    /// Finds the leader among the members, and reads the configuration that all of them share.
    func look() async throws(Fault) -> PatroniSight {
        var faults: [Fault] = []
        var others: [PatroniSight.Member] = []
        for url in members.urls {
            do throws(Fault) {
                let member = try await self.member(url)
                if member.isLeader { return try await sight(of: member) }
                others.append(member)
            } catch { faults.append(error) }
        }
        guard let other = others.first else {
            var fault = faults.first ?? Fault(.invalid, "no member is named", at: place, next: "Name one.")
            fault.what = "no member of Patroni answers (\(fault.what))"
            fault.place = place
            if fault.kind == .unreachable {
                fault.next = "Check that Patroni runs there, and that this machine reaches its REST addresses"
            }
            throw fault
        }
        throw noLeader(other, isPartial: !faults.isEmpty)
    }

    /// Changes the shared configuration: a merge, in which `null` takes a key away.
    func patch(_ change: JSONValue, at sight: PatroniSight) async throws(Fault) {
        let answer = try await send(.patch, sight.leader.url, "/config", change)
        guard answer.status == 200 else { throw fault(answer) }
    }

    /// Sends a change that changes nothing, which Patroni lets through to whoever may change something only.
    func rehearse(at sight: PatroniSight) async throws(Fault) { try await patch(["handover": .null], at: sight) }

    private func member(_ url: String) async throws(Fault) -> PatroniSight.Member {
        let answer = try await send(.get, url, "/leader", nil)
        guard answer.status == 200 || answer.status == 503,
            let body = try? JSONValue(decoding: answer.body, at: place), body["patroni"] != nil
        else { throw fault(answer) }
        return PatroniSight.Member(url: url, isLeader: answer.status == 200, body, serverDate: answer.headers["Date"])
    }

    private func sight(of leader: PatroniSight.Member) async throws(Fault) -> PatroniSight {
        let answer = try await send(.get, leader.url, "/config", nil)
        guard answer.status == 200 else { throw fault(answer) }
        let sight = PatroniSight(leader: leader, config: try JSONValue(decoding: answer.body, at: place))
        guard let age = leader.silenceSeconds, age > sight.silenceAllowed else { return sight }
        throw withoutStore(age)
    }

    private func noLeader(_ member: PatroniSight.Member, isPartial: Bool) -> Fault {
        if let age = member.silenceSeconds, age > PatroniSight.usualSilence { return withoutStore(age) }
        let elsewhere = isPartial ? " among the members that answer" : ""
        return Fault(
            .unavailable, "Patroni has no leader\(elsewhere) at the moment", at: place,
            next: "Wait until it has one, or see with patronictl list why it has none")
    }

    private func withoutStore(_ seconds: Int64) -> Fault {
        Fault(
            .unavailable,
            "Patroni has not heard from its configuration store (etcd, Consul, ZooKeeper, Kubernetes) for \(seconds) s, and without "
                + "it changes nothing", at: place, next: "Bring the store back, then resume")
    }

    private func send(
        _ method: HTTPRequest.Method, _ url: String, _ path: String, _ body: JSONValue?
    ) async throws(Fault) -> HTTPResponse {
        var headers: HTTPHeaders = ["Accept": "application/json", "User-Agent": "handover"]
        if let body, !body.isNull {
            headers.add("Content-Type", "application/json")
            if let user = members.user, let reference = members.password {
                let words = "\(user):\(try secrets.value(of: reference).reveal())"
                headers.add("Authorization", "Basic \(Data(words.utf8).base64EncodedString())")
            }
        }
        let request = HTTPRequest(
            method, url + path, headers: headers, body: try body?.encoded(at: place),
            limits: HTTPLimits(totalMilliseconds: 15_000, connectMilliseconds: 3_000), security: try security())
        do { return try await transport.send(request) } catch {
            var fault = error
            fault.place = "\(place) at \(url)"
            if fault.kind == .uncertain {
                fault.next = "It may be cut off from its configuration store; look with patronictl list, then resume"
            }
            throw fault
        }
    }

    private func security() throws(Fault) -> TLSSettings {
        var security = try TLSSettings.trusting(members.caCertificate, key: "patroni.caCertificate", at: place)
        if let certificate = members.clientCertificate, let key = members.clientKey {
            security.identity = .init(certificate: .file(certificate), key: .file(key))
        }
        return security
    }

    /// Patroni's answers other than a yes (patroni/api.py).
    private func fault(_ answer: HTTPResponse) -> Fault {
        switch answer.status {
        case 401:
            Fault(
                .forbidden, "Patroni does not accept user and password (401)", at: place,
                next: "Check patroni.user and its password in the topology against restapi.authentication")
        case 403:
            Fault(
                .forbidden, "Patroni lets this machine or certificate change nothing (403)", at: place,
                next: "Check restapi.allowlist and restapi.verify_client of Patroni")
        case 409:
            Fault(
                .conflict, "somebody else changed Patroni's configuration at the same time", at: place,
                next: "Look again, then repeat")
        case 502, 503:
            Fault(
                .unavailable, "Patroni has no configuration to change (\(answer.status)): its store is empty or away",
                at: place, next: "See its log, and its configuration store")
        case 500...599:
            Fault(.unavailable, "Patroni failed with \(answer.status)", at: place, next: "See its log")
        default:
            Fault(
                .invalid, "the address answers \(answer.status), and not as Patroni does", at: place,
                next: "Check patroni.members in the topology")
        }
    }
}
