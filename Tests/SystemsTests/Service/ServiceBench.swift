import Crypto
import FailoverModel
import Foundation
import Glibc
import Synchronization
import Testing

@testable import Systems

/// `service.check` on a topology of two sites, whose clusters are a dictionary and whose ingress is a scripted service.
struct ServiceBench: Sendable {
    var topology: Topology
    let clusters: Clusters
    private let kubernetes: KubernetesAccess
    var http: any HTTPTransport = HTTPClient()
    var token = ScriptedService.token
    /// What earlier steps of the run found.
    var history: [String: JSONValue] = [:]
    var now = Moment(microseconds: Int64(Date().timeIntervalSince1970) * 1_000_000)

    static let key = Curve25519.Signing.PrivateKey()
    static var signingKey: String { "ed25519 a_1 \(key.rawRepresentation.unpaddedBase64)\n" }

    init(_ service: ScriptedService, _ door: ScriptedService.Door = .right) throws {
        clusters = Clusters()
        let directory = service.directory
        topology = Topology(
            name: "t",
            sites: ["dc1", "dc2"].enumerated().map { index, name in
                Topology.Site(
                    name: name, postgres: [],
                    kubernetes: KubernetesRelease(kubeconfig: "\(directory)/\(name).yaml", release: "ess"),
                    service: ServiceEndpoint(
                        ingress: HostAndPort(host: "127.0.0.1", port: service.port(door)),
                        publicAddresses: [InternetAddress("203.0.113.\(index + 1)")].compactMap(\.self)))
            },
            service: ServiceExpectations(
                serverName: "ess.test",
                hosts: .init(
                    synapse: "matrix.ess.test", mas: "account.ess.test", rtc: "mrtc.ess.test",
                    elementWeb: "element.ess.test", elementAdmin: "admin.ess.test"),
                caCertificate: service.authority,
                probe: .init(user: "@handover:ess.test", accessToken: .environment("TOKEN"))))
        for site in ["dc1", "dc2"] {
            try """
            {apiVersion: v1, kind: Config, current-context: c,
             contexts: [{name: c, context: {cluster: c, user: u, namespace: ess}}],
             clusters: [{name: c, cluster: {server: "https://\(site).test:6443"}}],
             users: [{name: u, user: {token: hunter2}}]}
            """.write(toFile: "\(directory)/\(site).yaml", atomically: true, encoding: .utf8)
        }
        var retry = KubernetesRetry()
        retry.firstMilliseconds = 1
        kubernetes = KubernetesAccess(
            topology: topology, baseDirectory: "/", environment: [:], transport: clusters, retry: retry)
        for site in ["dc1", "dc2"] { clusters.put(site, signingKey: Self.signingKey) }
        try service.say([:])
    }

    var access: ServiceAccess {
        ServiceAccess(
            kubernetes: kubernetes, secrets: Token(value: token), baseDirectory: "/", http: http, now: { [now] in now })
    }

    func command(isByName: Bool = false) -> ServiceCheckCommand {
        ServiceCheckCommand(access: access, isByName: isByName)
    }

    func context(accepted: Set<String> = []) -> StepContext {
        StepContext(
            run: "run-1", step: "service", site: "dc2", from: "dc1", to: "dc2", others: [], topology: topology,
            history: history, accepted: accepted,
            recorded: .init(secretsInSync: ["dc2|ess-generated": Moment(microseconds: 0)]))
    }

    /// The step from its beginning to its proof.
    func check(accepted: Set<String> = [], isByName: Bool = false) async throws -> Finding {
        let (command, context) = (command(isByName: isByName), context(accepted: accepted))
        let finding = try await command.examine(context)
        guard finding.verdict == .needed else { return finding }
        try await command.act(context, on: finding)
        return try await command.verify(context, after: finding)
    }

    /// What the step waits for.
    func trouble(_ location: SourceLocation = #_sourceLocation) async throws -> String {
        let finding = try await command().examine(context())
        #expect(finding.verdict == .waiting, "\(finding.sentence)", sourceLocation: location)
        return finding.sentence
    }

    /// `handover check` of the service, by id, where `serving` serves.
    func checks(serving: String = "dc1", to: String? = nil) async -> [String: CheckResult] {
        let report = await ServiceChecks(topology: topology, access: access, serving: serving, to: to).report()
        return Dictionary(report.results.map { ("\($0.id) \($0.site)", $0) }) { first, _ in first }
    }

    struct Token: SecretSource {
        var value: String
        func value(of reference: SecretReference) throws(Fault) -> Secret { Secret(value) }
    }

    /// A signed answer of `/_matrix/key/v2/server`, as Synapse makes it.
    static func published(
        _ key: Curve25519.Signing.PrivateKey = key, id: String = "ed25519:a_1",
        signedBy signer: Curve25519.Signing.PrivateKey? = nil
    ) throws -> String {
        let text = """
            {"old_verify_keys":{},"server_name":"ess.test","valid_until_ts":1700000000000,"verify_keys":{"\(id)":{"key":"\
            \(key.publicKey.rawRepresentation.unpaddedBase64)"}}}
            """
        let signature = try (signer ?? key).signature(for: Data(text.utf8)).unpaddedBase64
        return text.dropLast() + ",\"signatures\":{\"ess.test\":{\"\(id)\":\"\(signature)\"}}}"
    }
}

/// The API servers of the sites, as far as a look needs them.
final class Clusters: HTTPTransport {
    private let state = Mutex<(objects: [String: JSONValue], away: Set<String>)>(([:], []))

    func send(_ request: HTTPRequest) async throws(Fault) -> HTTPResponse {
        let target = try HTTPTarget(request)
        let site = String(target.host.prefix { $0 != "." })
        if state.withLock({ $0.away.contains(site) }) {
            throw Fault(.unreachable, "the connection was refused", at: target.hostAndPort, next: "Wait")
        }
        let path = "\(site) \(target.rest.prefix { $0 != "?" })"
        guard let object = state.withLock({ $0.objects[path] }) else {
            return ScriptedAPI.failure(404, reason: "NotFound", message: "not found")
        }
        return ScriptedAPI.json(object)
    }

    func takeAway(_ site: String) { state.withLock { _ = $0.away.insert(site) } }

    func put(_ site: String, signingKey: String?) {
        var data: [String: JSONValue] = ["SYNAPSE_MACAROON": "eA=="]
        if let signingKey { data["SYNAPSE_SIGNING_KEY"] = .string(Data(signingKey.utf8).base64EncodedString()) }
        set(
            "\(site) /api/v1/namespaces/ess/secrets/ess-generated",
            ["metadata": ["name": "ess-generated"], "data": .object(data)])
    }

    /// The SFU of a site: told the address, or left to find its own.
    func put(_ site: String, advertised: String?) {
        let variables: [JSONValue] = advertised.map { [["name": "NODE_IP", "value": .string($0)]] } ?? []
        set(
            "\(site) /apis/apps/v1/namespaces/ess/deployments",
            [
                "items": [
                    [
                        "metadata": [
                            "name": "ess-matrix-rtc-sfu",
                            "annotations": [
                                "meta.helm.sh/release-name": "ess", "meta.helm.sh/release-namespace": "ess",
                            ],
                        ],
                        "spec": [
                            "template": ["spec": ["initContainers": [["name": "render", "env": .array(variables)]]]]
                        ],
                    ]
                ]
            ])
    }

    private func set(_ path: String, _ object: JSONValue) { state.withLock { $0.objects[path] = object } }
}

/// A TCP port on this machine that is open until it is closed, and then is nobody's.
final class OpenPort {
    let port: UInt16
    private let descriptor: Int32

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let (socket, length) = (descriptor, size)
        let isOpen = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, length) == 0 && listen(socket, 8) == 0 && getsockname(socket, $0, &size) == 0
            }
        }
        guard isOpen else { throw CocoaError(.fileWriteUnknown) }
        port = UInt16(bigEndian: address.sin_port)
    }

    func close() { Glibc.close(descriptor) }
}
