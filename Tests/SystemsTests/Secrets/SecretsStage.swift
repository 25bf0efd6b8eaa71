import FailoverModel
import Foundation
import HandoverCommands
import HandoverTestSupport
import Rehearsal
import Synchronization
import Systems
import Testing

/// Two sites, each with a real Kubernetes API of the rehearsal, a third one that never answers, and everything that was
/// said about them.
final class SecretsStage: Sendable {
    let directory: String
    let topology: Topology
    private let ports: [String: Int]
    private let words = Mutex<[String]>([])
    /// Lines of private keys that were made, which nobody may show either.
    private let keys = Mutex<[String]>([])

    static let token = "token-of-the-test"
    /// Every planted value begins so.
    static let planted = "planted-value-"
    static let signingKey = "ed25519 1 \(planted)seed-of-the-signing-key"

    /// Runs `body` between two servers, and then looks for the planted values in everything that was said and
    /// journalled.
    static func with(
        scope: SecretScope = SecretScope(), _ body: @Sendable @escaping (SecretsStage) async throws -> Void
    ) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "secrets-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try await makeCertificate(directory)
        try await serve("dc1", in: directory) { one in
            try await serve("dc2", in: directory) { other in
                let stage = try SecretsStage(directory, ["dc1": one, "dc2": other], scope)
                try await stage.apply("dc1", stage.namespace)
                try await stage.apply("dc2", stage.namespace)
                try await body(stage)
                try stage.lookForPlantedValues()
            }
        }
    }

    private init(_ directory: String, _ ports: [String: Int], _ scope: SecretScope) throws {
        self.directory = directory
        self.ports = ports
        topology = Topology(
            name: "stage",
            sites: ["dc1", "dc2", "dc3"].map { name in
                Topology.Site(
                    name: name, postgres: [],
                    kubernetes: KubernetesRelease(kubeconfig: "\(directory)/\(name).yaml", release: "ess"))
            }, secrets: scope)
        for site in topology.sites.map(\.name) { try writeKubeconfig(site, ports[site] ?? 1) }
    }

    // MARK: Sites

    func access() -> KubernetesAccess {
        KubernetesAccess(topology: topology, baseDirectory: directory, environment: [:])
    }
    func secrets() -> SecretsAccess { SecretsAccess(access: access(), topology: topology) }
    /// As they will look in some days.
    func secrets(inDays days: Double) -> SecretsAccess {
        SecretsAccess(access: access(), topology: topology) {
            Moment(microseconds: Int64((Date().timeIntervalSince1970 + days * 86_400) * 1_000_000))
        }
    }

    /// From now on nothing answers where the site should be.
    func takeAway(_ site: String) throws { try writeKubeconfig(site, 1) }
    func bringBack(_ site: String) throws { try writeKubeconfig(site, ports[site] ?? 1) }

    private let namespace: JSONValue = ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "ess"]]

    func apply(_ site: String, _ manifest: JSONValue) async throws {
        let kind = manifest["kind"]?.text ?? ""
        let resource = kind == "Ingress" ? "ingresses" : "\(kind.lowercased())s"
        let path = APIPath(
            version: manifest["apiVersion"]?.text ?? "", namespace: kind == "Namespace" ? nil : "ess",
            resource: resource,
            name: manifest["metadata"]?["name"]?.text ?? "")
        _ = try await access().client(site: site).apply(path, manifest, force: true)
    }

    /// Plants a Secret. `generated` gives it the label of the chart's generator.
    func plant(
        _ site: String, _ name: String, _ values: [String: String], generated: Bool = false,
        type: String = "Opaque", labels: [String: String] = [:], isImmutable: Bool = false
    ) async throws {
        var labels = labels
        if generated { labels["app.kubernetes.io/managed-by"] = "matrix-tools-init-secrets" }
        var manifest: [String: JSONValue] = [
            "apiVersion": "v1", "kind": "Secret", "type": .string(type),
            "metadata": [
                "name": .string(name), "namespace": "ess", "labels": .object(labels.mapValues(JSONValue.string)),
            ],
            "data": .object(values.mapValues { .string(Data($0.utf8).base64EncodedString()) }),
        ]
        if isImmutable { manifest["immutable"] = true }
        try await apply(site, .object(manifest))
    }

    /// The generated Secret as the chart's hook makes it, the same at each call.
    func plantGenerated(_ sites: String..., changing changes: [String: String] = [:]) async throws {
        let values = [
            "SYNAPSE_SIGNING_KEY": Self.signingKey, "SYNAPSE_MACAROON": Self.planted + "macaroon",
            "MAS_ENCRYPTION_SECRET": Self.planted + "mas",
        ]
        for site in sites {
            try await plant(site, "ess-generated", values.merging(changes) { $1 }, generated: true)
        }
    }

    func plantMarkers(_ site: String, _ value: String) async throws {
        try await apply(
            site,
            [
                "apiVersion": "v1", "kind": "ConfigMap", "data": ["MATRIX_STACK_MSC3861": .string(value)],
                "metadata": [
                    "name": "ess-markers",
                    "labels": ["app.kubernetes.io/managed-by": "matrix-tools-deployment-markers"],
                ],
            ])
    }

    /// The object as the API has it; `nil` where there is none.
    func object(_ site: String, _ name: String, _ resource: String = "secrets") async throws -> JSONValue? {
        try await access().client(site: site)
            .get(APIPath(version: "v1", namespace: "ess", resource: resource, name: name))
    }

    func value(_ site: String, _ name: String, _ key: String) async throws -> String? {
        try await object(site, name)?["data"]?[key]?.text.flatMap { Data(base64Encoded: $0) }
            .map { String(decoding: $0, as: UTF8.self) }
    }

    /// A certificate for the names, valid for 30 days from now, and its key, both as PEM.
    func certificate(_ names: [String], key kind: [String] = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]) async throws
        -> (certificate: String, key: String)
    {
        let file = "\(directory)/\(UUID().uuidString)"
        let made = try await ChildProgram.run(
            "openssl",
            ["req", "-x509", "-nodes", "-days", "30", "-subj", "/CN=chat", "-newkey"] + kind + [
                "-addext", "subjectAltName=\(names.map { "DNS:\($0)" }.joined(separator: ","))", "-keyout",
                file + ".key",
                "-out", file + ".pem",
            ])
        guard made.code == 0 else { throw StageError(what: "openssl failed: \(made.errors)") }
        let key = try String(contentsOfFile: file + ".key", encoding: .utf8)
        keys.withLock { $0 += key.split(separator: "\n").filter { $0.count > 40 }.map(String.init) }
        return (try String(contentsOfFile: file + ".pem", encoding: .utf8), key)
    }

    /// An Ingress of the release that serves `hosts` with the Secret.
    func plantIngress(_ site: String, _ secret: String, hosts: [String]) async throws {
        try await apply(
            site,
            [
                "apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
                "metadata": [
                    "name": "ess-synapse",
                    "annotations": ["meta.helm.sh/release-name": "ess", "meta.helm.sh/release-namespace": "ess"],
                ],
                "spec": [
                    "rules": [["host": .string(hosts.first ?? "")]],
                    "tls": [["secretName": .string(secret), "hosts": .array(hosts.map(JSONValue.string))]],
                ],
            ])
    }

    // MARK: What was said

    /// Keeps a text for the search at the end.
    @discardableResult
    func note<Said>(_ said: Said) -> Said {
        words.withLock { $0.append("\(said)") }
        return said
    }

    func compare() async throws -> SecretsComparison {
        note(try await secrets().compare(reference: "dc1", site: "dc2"))
    }

    func prepare(_ options: SecretsSync.Options = .init()) async throws -> SecretsSync {
        let sync = try await SecretsSync.prepare(from: "dc1", to: "dc2", secrets: secrets(), options: options)
        note(sync)
        note(String(reflecting: sync.plan))
        return sync
    }

    /// Reads, plans and writes.
    func sync(_ options: SecretsSync.Options = .init()) async throws -> SecretsSyncPlan {
        let sync = try await prepare(options)
        if sync.plan.refusals.isEmpty { try await sync.write(at: Moment(microseconds: 0)) { _ in } }
        return sync.plan
    }

    func check(
        from: String = "dc1", others: [String] = [], accepted: Set<String> = [], parameters: [String: JSONValue] = [:]
    ) async throws -> Finding {
        let command = try #require(SecretsCommands.all(secrets: secrets())["secrets.check"])
        let context = StepContext(
            run: "r1", step: "secrets", site: "dc2", from: from, to: "dc2", others: others, parameters: parameters,
            topology: topology,
            accepted: accepted)
        return note(try await command.examine(context))
    }

    /// Calls the program with the stage's topology and journal. `typed`: what a person answers.
    func call(_ arguments: String..., typed: [String]? = nil) async -> Ended {
        let texts = Mutex((output: "", error: "", typed: typed ?? []))
        let environment = [
            "HANDOVER_JOURNAL": "\(directory)/journal.sqlite", "HANDOVER_TOPOLOGY": "\(directory)/topology.yaml",
            "HANDOVER_ACTOR": "anna",
        ]
        let console = Console(
            output: { text in texts.withLock { $0.output += text } },
            error: { text in texts.withLock { $0.error += text } }, isInteractive: typed != nil,
            ask: { _ in texts.withLock { $0.typed.isEmpty ? nil : $0.typed.removeFirst() } })
        let wiring = Wiring(console: console, environment: { environment[$0] }, handlesSignals: false)
        let code = await HandoverProgram.run(arguments, wiring: wiring)
        return note(texts.withLock { Ended(code: code, output: $0.output, error: $0.error) })
    }

    struct Ended {
        let code: Int32
        let output: String
        let error: String

        /// The one document of `--json`; null where it is anything else.
        var json: JSONValue { (try? JSONValue(json: Array(output.utf8))) ?? .null }
        /// Of the document's secrets, in its order.
        var verdicts: [String] { (json["secrets"]?.elements ?? []).compactMap { $0["verdict"]?.text } }
    }

    func write(_ text: String, to name: String) throws {
        try text.write(toFile: "\(directory)/\(name)", atomically: true, encoding: .utf8)
    }

    private func lookForPlantedValues() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: directory)
            .filter { $0.hasPrefix("journal") }
            .compactMap { FileManager.default.contents(atPath: "\(directory)/\($0)") }
            .map { String(decoding: $0, as: UTF8.self) }
        let said = words.withLock(\.self) + files
        #expect(!said.isEmpty)
        // Three starts of the base 64 form, whatever stands in front of it.
        let encoded = ["", "x", "xx"].map {
            Data(($0 + Self.planted).utf8).base64EncodedString().dropFirst(4).prefix(12)
        }
        for text in said {
            #expect(!text.contains(Self.planted))
            for form in encoded { #expect(!text.contains(form)) }
            for line in keys.withLock(\.self) where text.contains(line) {
                Issue.record("a private key is in what was said")
            }
        }
    }
}

extension SecretsStage {
    static func makeCertificate(_ directory: String) async throws {
        let made: ChildProgram.Ending
        do {
            made = try await ChildProgram.run(
                "openssl",
                [
                    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-subj", "/CN=stage", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "\(directory)/tls.key",
                    "-out", "\(directory)/tls.pem",
                ])
        } catch {
            throw StageError(what: "openssl is not installed; run make deps")
        }
        guard made.code == 0 else { throw StageError(what: "openssl failed: \(made.errors)") }
    }

    static func serve(
        _ site: String, in directory: String, configure: (inout KubernetesAPIConfiguration) -> Void = { _ in },
        _ body: @Sendable @escaping (Int) async throws -> Void
    ) async throws {
        var configuration = KubernetesAPIConfiguration(
            certificateChainPath: "\(directory)/tls.pem", privateKeyPath: "\(directory)/tls.key",
            tokens: [token: "anna", "token-of-nobody": "nobody"],
            access: ["nobody": [KubernetesAccessRule(verbs: ["get"], resources: ["pods"])]])
        configure(&configuration)
        let server = try KubernetesAPIServer(configuration: configuration)
        let (ports, ready) = AsyncStream.makeStream(of: Int.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run { ready.yield($0) } }
            group.addTask {
                for await port in ports { return try await body(port) }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    func writeKubeconfig(_ site: String, _ port: Int, token: String = SecretsStage.token) throws {
        try Self.writeKubeconfig(site, port, token: token, in: directory)
    }

    static func writeKubeconfig(_ site: String, _ port: Int, token: String = token, in directory: String) throws {
        try """
        apiVersion: v1
        kind: Config
        current-context: c
        contexts: [{name: c, context: {cluster: c, user: u, namespace: ess}}]
        clusters:
        - {name: c, cluster: {server: "https://127.0.0.1:\(port)", certificate-authority: "\(directory)/tls.pem"}}
        users: [{name: u, user: {token: \(token)}}]
        """.write(toFile: "\(directory)/\(site).yaml", atomically: true, encoding: .utf8)
    }

    func takeRights(_ site: String) throws { try writeKubeconfig(site, ports[site] ?? 1, token: "token-of-nobody") }
}

struct StageError: Error, CustomStringConvertible {
    let what: String
    var description: String { what }
}
