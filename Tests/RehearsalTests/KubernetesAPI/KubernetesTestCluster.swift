import Foundation
import Rehearsal

/// A running API server with its certificates, and a `kubectl` that knows it.
struct KubernetesTestCluster: Sendable {
    let server: KubernetesAPIServer
    let directory: String
    let port: Int
    let kubectlProgram: CommandLineProgram?

    /// The programs without which nothing here can run.
    static let kubectl = CommandLineProgram("kubectl")
    static let openssl = CommandLineProgram("openssl")
    static let curl = CommandLineProgram("curl")

    static let aliceToken = "token-of-alice"
    static let readerToken = "token-of-reader"

    /// Runs a server over the directory while the body runs, and removes nothing, so that it can be started again.
    static func withServer(
        in directory: String, configure: (inout KubernetesAPIConfiguration) -> Void = { _ in },
        body: @Sendable @escaping (KubernetesTestCluster) async throws -> Void
    ) async throws {
        var configuration = KubernetesAPIConfiguration(
            certificateChainPath: "\(directory)/server.pem", privateKeyPath: "\(directory)/server.key",
            clientCAPath: "\(directory)/ca.pem", tokens: [aliceToken: "alice", readerToken: "reader"],
            access: [
                "reader": [KubernetesAccessRule(verbs: ["get", "list", "watch"], resources: ["pods", "deployments"])]
            ],
            stateFilePath: "\(directory)/state.json", faultFilePath: "\(directory)/faults.json",
            podStartDelayMilliseconds: 150, podTerminationDelayMilliseconds: 150)
        configure(&configuration)
        let server = try KubernetesAPIServer(configuration: configuration)
        let (ports, portContinuation) = AsyncStream.makeStream(of: Int.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run { portContinuation.yield($0) } }
            group.addTask {
                for await port in ports {
                    let cluster = KubernetesTestCluster(
                        server: server, directory: directory, port: port, kubectlProgram: kubectl)
                    try cluster.writeKubeconfig()
                    return try await body(cluster)
                }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// As above, with a new directory and certificates that are removed at the end.
    static func withServer(
        configure: (inout KubernetesAPIConfiguration) -> Void = { _ in },
        body: @Sendable @escaping (KubernetesTestCluster) async throws -> Void
    ) async throws {
        let directory = try await makeDirectory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try await withServer(in: directory, configure: configure, body: body)
    }

    /// A directory with a CA, a server certificate for 127.0.0.1 and a client certificate for `admin`.
    static func makeDirectory() async throws -> String {
        let directory = FileManager.default.temporaryDirectory.appending(path: "kubeapi-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        let files = { (name: String) in ["-keyout", "\(directory)/\(name).key"] }
        try await sign(
            ["req", "-x509", "-days", "2", "-subj", "/CN=rehearsal-ca", "-out", "\(directory)/ca.pem"] + newKey
                + files("ca"))
        try "subjectAltName=IP:127.0.0.1".write(toFile: "\(directory)/server.ext", atomically: true, encoding: .utf8)
        try "basicConstraints=CA:FALSE".write(toFile: "\(directory)/admin.ext", atomically: true, encoding: .utf8)
        for (name, subject) in [("server", "/CN=127.0.0.1"), ("admin", "/O=system:masters/O=ops/CN=admin")] {
            try await sign(["req", "-subj", subject, "-out", "\(directory)/\(name).csr"] + newKey + files(name))
            try await sign([
                "x509", "-req", "-days", "2", "-in", "\(directory)/\(name).csr", "-CA", "\(directory)/ca.pem",
                "-CAkey", "\(directory)/ca.key", "-CAcreateserial", "-extfile", "\(directory)/\(name).ext", "-out",
                "\(directory)/\(name).pem",
            ])
        }
        return directory
    }

    private static func sign(_ arguments: [String]) async throws {
        guard let openssl else { throw KubernetesTestError(what: "openssl is not on PATH") }
        let result = try await openssl.run(arguments)
        guard result.status == 0 else { throw KubernetesTestError(what: "openssl failed: \(result.errors)") }
    }

    private func writeKubeconfig() throws {
        let users = ["alice": Self.aliceToken, "reader": Self.readerToken, "stranger": "unknown"]
        let contexts = (["admin"] + users.keys).map { "- {name: \($0), context: {cluster: c, user: \($0)}}" }
        let tokens = users.map { "- {name: \($0.key), user: {token: \"\($0.value)\"}}" }
        let text = """
            apiVersion: v1
            kind: Config
            current-context: admin
            clusters:
            - {name: c, cluster: {server: "https://127.0.0.1:\(port)", certificate-authority: "\(directory)/ca.pem"}}
            contexts:
            \(contexts.joined(separator: "\n"))
            users:
            - name: admin
              user: {client-certificate: "\(directory)/admin.pem", client-key: "\(directory)/admin.key"}
            \(tokens.joined(separator: "\n"))
            """
        try text.write(toFile: "\(directory)/kubeconfig", atomically: true, encoding: .utf8)
    }

    // MARK: Programs

    /// Runs kubectl with the arguments in one text, split at spaces.
    @discardableResult
    func kubectl(_ arguments: String, also: [String] = []) async throws -> CommandLineProgram.Result {
        guard let kubectlProgram else { throw KubernetesTestError(what: "kubectl is not on PATH") }
        return try await kubectlProgram.run(
            arguments.split(separator: " ").map(String.init) + also,
            environment: ["KUBECONFIG": "\(directory)/kubeconfig", "HOME": directory])
    }

    /// Writes a file into the cluster's directory and returns its path.
    func file(_ name: String, _ text: String) throws -> String {
        let path = "\(directory)/\(name)"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    /// A GET by curl as alice: the token is in a file, not in the arguments.
    func get(_ path: String, limitSeconds: Double = 60) async throws -> CommandLineProgram.Result {
        guard let curl = Self.curl else { throw KubernetesTestError(what: "curl is not on PATH") }
        let config = try file("curl-\(UUID().uuidString)", "header = \"Authorization: Bearer \(Self.aliceToken)\"\n")
        return try await curl.run(
            ["-sS", "-i", "--cacert", "\(directory)/ca.pem", "-K", config, "https://127.0.0.1:\(port)\(path)"],
            limitSeconds: limitSeconds)
    }

    /// Waits until the condition holds, and tells whether it did within ten seconds.
    func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
        for _ in 0..<200 {
            if try await condition() { return true }
            try await Task.sleep(for: .milliseconds(50))
        }
        return false
    }
}

struct KubernetesTestError: Error, CustomStringConvertible {
    let what: String
    var description: String { what }
}

/// Objects that the tests apply.
enum KubernetesManifests {
    static func deployment(_ name: String, replicas: Int, image: String = "web:1") -> String {
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: \(name), labels: {app: \(name)}}
        spec:
          replicas: \(replicas)
          selector: {matchLabels: {app: \(name)}}
          template:
            metadata: {labels: {app: \(name)}}
            spec: {containers: [{name: web, image: "\(image)"}]}

        """
    }

    static func statefulSet(_ name: String, replicas: Int) -> String {
        """
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {name: \(name), labels: {app: \(name)}}
        spec:
          serviceName: \(name)
          replicas: \(replicas)
          selector: {matchLabels: {app: \(name)}}
          template:
            metadata: {labels: {app: \(name)}}
            spec: {containers: [{name: main, image: "synapse:1"}]}

        """
    }
}
