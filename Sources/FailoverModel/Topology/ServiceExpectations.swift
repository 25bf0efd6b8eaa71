/// What the service answers wherever it runs: `service:` of the topology itself. Every site is held to it, first through
/// its own ingress and then by name.
package struct ServiceExpectations: Equatable, Sendable {
    /// Matrix' server name, which the well-known files are under: `ess.example.org`.
    package var serverName: String?
    /// The hosts of the release's Ingresses; those that are not there are not asked.
    package var hosts: Hosts
    package var caCertificate: String?
    /// How long an answer may take.
    package var latencyMilliseconds: Int64
    /// For how many days a certificate must still be valid.
    package var certificateDays: Int64
    /// Who writes; without one only reads can be proven.
    package var probe: Probe?
    /// What else is asked, in the order of the file.
    package var checks: [ServiceQuestion]

    package struct Hosts: Equatable, Sendable {
        package var synapse: String?
        package var mas: String?
        package var rtc: String?
        package var elementWeb: String?
        package var elementAdmin: String?

        package init(
            synapse: String? = nil, mas: String? = nil, rtc: String? = nil, elementWeb: String? = nil,
            elementAdmin: String? = nil
        ) {
            self.synapse = synapse
            self.mas = mas
            self.rtc = rtc
            self.elementWeb = elementWeb
            self.elementAdmin = elementAdmin
        }
    }

    /// A user of the service whose account data are written and read back.
    package struct Probe: Equatable, Sendable {
        /// `@handover:ess.example.org`.
        package var user: String
        package var accessToken: SecretReference

        package init(user: String, accessToken: SecretReference) {
            self.user = user
            self.accessToken = accessToken
        }
    }

    package init(
        serverName: String? = nil, hosts: Hosts = Hosts(), caCertificate: String? = nil,
        latencyMilliseconds: Int64 = 5000, certificateDays: Int64 = 14, probe: Probe? = nil,
        checks: [ServiceQuestion] = []
    ) {
        self.serverName = serverName
        self.hosts = hosts
        self.caCertificate = caCertificate
        self.latencyMilliseconds = latencyMilliseconds
        self.certificateDays = certificateDays
        self.probe = probe
        self.checks = checks
    }

    /// Every host that is asked through the ingress, each once.
    package var allHosts: [String] {
        let named = [serverName, hosts.synapse, hosts.mas, hosts.rtc, hosts.elementWeb, hosts.elementAdmin]
        var all: [String] = []
        for host in named.compactMap(\.self) + checks.compactMap(\.host) where !all.contains(host) { all.append(host) }
        return all
    }
}

/// A request with the answer it is to have: one of the user's own `checks`.
package struct ServiceQuestion: Equatable, Sendable {
    package var name: String
    /// Asked through the site's ingress, or by name once names have moved; `nil` where `url` is the whole address.
    package var host: String?
    /// The path on that host, or a whole address that is asked as it stands.
    package var target: String
    package var expectedStatus: Int64
    /// Values by JSON pointer (RFC 6901): `/m.server`.
    package var json: [Value]
    /// `nil` takes the topology's.
    package var latencyMilliseconds: Int64?
    package var certificateDays: Int64?

    package struct Value: Equatable, Sendable {
        package var pointer: String
        package var expected: JSONValue

        package init(pointer: String, expected: JSONValue) {
            self.pointer = pointer
            self.expected = expected
        }
    }

    package init(
        name: String, host: String? = nil, target: String, expectedStatus: Int64 = 200, json: [Value] = [],
        latencyMilliseconds: Int64? = nil, certificateDays: Int64? = nil
    ) {
        self.name = name
        self.host = host
        self.target = target
        self.expectedStatus = expectedStatus
        self.json = json
        self.latencyMilliseconds = latencyMilliseconds
        self.certificateDays = certificateDays
    }
}
