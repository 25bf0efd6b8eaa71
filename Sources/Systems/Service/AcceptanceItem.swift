import FailoverModel

/// One request of the acceptance list, and what its answer must be.
struct AcceptanceItem: Sendable {
    /// `well-known-server`; with `service.` before it, the id of the check.
    var id: String
    var why: String
    /// Through the site's ingress or by name; `nil` where `target` is a whole address.
    var host: String?
    /// A path on the host, or a whole address.
    var target: String
    /// `nil` takes any.
    var status: Int64? = 200
    var values: [ExpectedValue] = []
    /// Whether it is asked as the probe user.
    var isProbes = false
    /// Whether the published key must be the one that the site which served signs with.
    var isServerKey = false
    var latencyMilliseconds: Int64
    var certificateDays: Int64

    var url: String { host.map { "https://\($0)\(target)" } ?? target }
    /// What sentences call it: `matrix.example.org/_matrix/client/versions`.
    var title: String { note ?? host.map { "\($0)\(target)" } ?? String(target.prefix { $0 != "?" }) }
    /// Another title: of one address among several.
    var note: String?

    /// Whether the answer has to be JSON.
    var isJSON: Bool { !values.isEmpty || isServerKey }
}

extension ServiceExpectations {
    /// The list, in the order in which an answer depends on more and more.
    ///
    /// Source: the ESS chart 26.8 (`configs/well-known`, `configs/synapse`, `docs/troubleshooting.md`), and the Matrix
    /// client-server and server-server specifications.
    func acceptanceList(chartVersion: String?) -> [AcceptanceItem] {
        wellKnown + synapse(chartVersion) + accounts + calls + clients + checks.map { own($0) }
    }

    private func item(
        _ id: String, _ host: String, _ path: String, status: Int64 = 200, _ values: [ExpectedValue] = [],
        why: String
    ) -> AcceptanceItem {
        AcceptanceItem(
            id: id, why: why, host: host, target: path, status: status, values: values,
            latencyMilliseconds: latencyMilliseconds, certificateDays: certificateDays)
    }

    private var wellKnown: [AcceptanceItem] {
        guard let serverName else { return [] }
        let why = "clients and other servers find the service by it, and keep what they found"
        var server: [ExpectedValue] = [.init("/m.server", .text)]
        var client: [ExpectedValue] = [.init("/m.homeserver/base_url", .text)]
        if let host = hosts.synapse {
            server = [.init("/m.server", .equal(.string("\(host):443")))]
            client = [.init("/m.homeserver/base_url", .address("https://\(host)"))]
        }
        if let host = hosts.rtc {
            let rule = ExpectedValue.Rule.listHolding(key: "livekit_service_url", address: "https://\(host)")
            client.append(.init("/org.matrix.msc4143.rtc_foci", rule))
        }
        return [
            item("well-known-server", serverName, "/.well-known/matrix/server", server, why: why),
            item("well-known-client", serverName, "/.well-known/matrix/client", client, why: why),
        ]
    }

    private func synapse(_ chartVersion: String?) -> [AcceptanceItem] {
        guard let host = hosts.synapse else { return [] }
        let version = chartVersion.map { ExpectedValue.Rule.equal(.string($0)) } ?? .text
        let name: [ExpectedValue] = serverName.map { [.init("/server_name", .equal(.string($0)))] } ?? []
        var items = [
            item(
                "ess-version", host, "/_synapse/ess/version", [.init("/version", version)],
                why: "it is HAProxy's own answer, and proves the way through the ingress"),
            item(
                "server-key", host, "/_matrix/key/v2/server", name,
                why: "with another key under the same id, no other server believes this one any more"),
            item(
                "versions", host, "/_matrix/client/versions", [.init("/versions", .list)],
                why: "it is the first thing that a client asks"),
            item(
                "federation", host, "/_matrix/federation/v1/version", [.init("/server/name", .text)],
                why: "it is what another server asks first"),
        ]
        items[1].isServerKey = true
        if let probe {
            var whoami = item(
                "probe-user", host, "/_matrix/client/v3/account/whoami",
                [.init("/user_id", .equal(.string(probe.user)))],
                why: "whose token is not accepted cannot prove that the service takes writes")
            whoami.isProbes = true
            items.append(whoami)
        }
        return items
    }

    private var accounts: [AcceptanceItem] {
        guard let host = hosts.mas else { return [] }
        let issuer = [ExpectedValue("/issuer", .equal(.string("https://\(host)/")))]
        let why = "without it nobody can sign in"
        let own = item("mas", host, "/.well-known/openid-configuration", issuer, why: why)
        let named = hosts.synapse.map {
            item("auth-metadata", $0, "/_matrix/client/v1/auth_metadata", issuer, why: why)
        }
        return [own] + [named].compactMap(\.self)
    }

    private var calls: [AcceptanceItem] {
        guard let host = hosts.rtc else { return [] }
        let why = "calls begin there"
        return [
            // It takes only POST; 405 is its own answer.
            item("rtc-authorisation", host, "/sfu/get", status: 405, why: why),
            item("rtc-sfu", host, "/", why: why),
        ]
    }

    private var clients: [AcceptanceItem] {
        var items: [AcceptanceItem] = []
        if let host = hosts.elementWeb {
            let why = "people who use the browser begin there"
            let base = hosts.synapse.map {
                [ExpectedValue("/default_server_config/m.homeserver/base_url", .address("https://\($0)"))]
            }
            items += [
                item("element-web-config", host, "/config.json", base ?? [.init("", .anything)], why: why),
                item("element-web", host, "/health", why: why),
            ]
        }
        if let host = hosts.elementAdmin {
            items.append(item("element-admin", host, "/health", why: "administrators begin there"))
        }
        return items
    }

    private func own(_ question: ServiceQuestion) -> AcceptanceItem {
        AcceptanceItem(
            id: "own.\(question.name)", why: "the topology asks for it", host: question.host, target: question.target,
            status: question.expectedStatus,
            values: question.json.map { ExpectedValue($0.pointer, .equal($0.expected)) },
            latencyMilliseconds: question.latencyMilliseconds ?? latencyMilliseconds,
            certificateDays: question.certificateDays ?? certificateDays)
    }
}
