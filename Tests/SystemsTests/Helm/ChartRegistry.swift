import Foundation
import HandoverTestSupport
import Testing

@testable import Rehearsal
@testable import Systems

/// Docker's registry with the stage's chart in it: once without TLS, for pushing, and once with TLS by a certificate of its own and
/// a login. 0.0.0.0 leads to this machine, and Helm does not take it for a loopback address, to which it would speak without TLS.
struct ChartRegistry: Sendable {
    static let program = "/usr/bin/docker-registry"
    static let isInstalled = FileManager.default.isExecutableFile(atPath: program)
    static let password = SecretsStage.planted + "registry"

    let directory: String
    let plain: String
    let secured: String

    static func with(_ stage: HelmStage, _ body: (ChartRegistry) async throws -> Void) async throws {
        let directory = stage.secrets.directory
        let first = try FreePorts.block(of: 2, from: 12_000 + Int.random(in: 0..<9000))
        let registry = ChartRegistry(
            directory: directory, plain: "0.0.0.0:\(first)", secured: "0.0.0.0:\(first + 1)")
        try await registry.makeCertificate()
        // bcrypt, four rounds, of the password.
        try stage.secrets.write(
            "anna:$2b$04$qj9/YWBE/8IUgowGi.4e6OiXOPiUCU/11Gc4VZndJRiAh3supZUL2\n", to: "registry.htpasswd")
        let tls = "tls: {certificate: \(directory)/registry.pem, key: \(directory)/registry.key}"
        let login = "auth: {htpasswd: {realm: stage, path: \(directory)/registry.htpasswd}}"
        let servers = try [
            registry.start(stage, "plain", "http: {addr: \"127.0.0.1:\(first)\"}"),
            registry.start(stage, "secured", "http: {addr: \"127.0.0.1:\(first + 1)\", \(tls)}\n\(login)"),
        ]
        do {
            try await registry.push(first)
            try await body(registry)
            await stop(servers)
        } catch {
            await stop(servers)
            throw error
        }
    }

    private static func stop(_ servers: [ChildProgram]) async {
        for server in servers {
            server.send(SIGKILL)
            _ = await server.end()
        }
    }

    private func start(_ stage: HelmStage, _ name: String, _ rest: String) throws -> ChildProgram {
        try stage.secrets.write(
            "version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: \(directory)/registry}}\n\(rest)\n",
            to: "registry-\(name).yaml")
        return try ChildProgram.start(Self.program, ["serve", "\(directory)/registry-\(name).yaml"])
    }

    /// An archive of the stage's chart as it is now.
    func archive() async throws -> String {
        let file = "\(directory)/matrix-stack.tgz"
        let made = try await ChildProgram.run(
            "tar", ["czf", file, "-C", directory, "--transform", "s/^chart/matrix-stack/", "chart"])
        guard made.code == 0 else { throw StageError(what: "tar failed: \(made.errors)") }
        return file
    }

    /// Helm 4's library writes the same; the program of Helm 3 is always there. Waits until both servers answer.
    private func push(_ port: Int) async throws {
        let helm = try #require(HelmGeneration.three.program)
        let archive = try await archive()
        let deadline = ContinuousClock.now + .seconds(30)
        for address in ["http://\(plain)/v2/", "https://\(secured)/v2/"] {
            while try await ChildProgram.run("curl", ["-ksS", "-o", "/dev/null", address]).code != 0 {
                guard ContinuousClock.now < deadline else { throw StageError(what: "\(address) does not answer") }
                try await Task.sleep(for: .milliseconds(50))
            }
        }
        let pushed = try await ChildProgram.run(helm, ["push", archive, "oci://127.0.0.1:\(port)/ess"])
        guard pushed.code == 0 else { throw StageError(what: "helm push failed: \(pushed.errors)") }
    }

    private func makeCertificate() async throws {
        let made = try await ChildProgram.run(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                "/CN=registry", "-addext", "subjectAltName=IP:0.0.0.0", "-keyout", "\(directory)/registry.key", "-out",
                "\(directory)/registry.pem",
            ])
        guard made.code == 0 else { throw StageError(what: "openssl failed: \(made.errors)") }
    }

    /// A login as `helm registry login` writes it.
    func writeLogin(_ password: String, to name: String) throws -> String {
        let word = Data("anna:\(password)".utf8).base64EncodedString()
        let path = "\(directory)/\(name)"
        try #"{"auths": {"\#(secured)": {"auth": "\#(word)"}}}"#.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }
}
