import FailoverModel
import Foundation
import Subprocess
import SystemPackage
import Yams

/// A program that gives credentials (`users[].user.exec`), run as kubectl runs it. Its output is never shown.
///
/// Source: Kubernetes "Authenticating", section "client-go credential plugins"; `client.authentication.k8s.io` v1, v1beta1.
struct ExecPlugin: Sendable {
    var version: String
    var command: String
    var arguments: [String]
    var environment: [String: String]
    /// `KUBERNETES_EXEC_INFO`.
    var info: String
    var installHint: String?
    var place: String
    var deadlineSeconds = 30

    static let group = "client.authentication.k8s.io"

    func run() async throws(Fault) -> ExecCredential {
        let outcome: Outcome
        do { outcome = try await output() } catch { throw failure(error) }
        switch outcome {
        case .tooSlow:
            throw Fault(
                .unavailable, "the credential plugin \(command) gave nothing within \(deadlineSeconds) s", at: place,
                next: "Run `kubectl get pods` by hand; the plugin may want a login.")
        case .exited(let status, let output):
            guard status.isSuccess else {
                throw Fault(
                    .unavailable, "the credential plugin \(command) failed (\(status))", at: place,
                    next: hint ?? "Run `kubectl get pods` by hand to see what it says; it may want a login.")
            }
            return try ExecCredential(output, version: version, place: place, command: command)
        }
    }

    private enum Outcome: Sendable {
        case exited(TerminationStatus, Data)
        case tooSlow
    }

    private func output() async throws -> Outcome {
        var variables: [Environment.Key: String?] = ["KUBERNETES_EXEC_INFO": info]
        for (name, value) in environment { if let key = Environment.Key(rawValue: name) { variables[key] = value } }
        let changes = variables
        var options = PlatformOptions()
        options.createSession = true  // so that its own children end with it
        options.teardownSequence = [.gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: .seconds(1))]
        let platform = options
        return try await withThrowingTaskGroup(of: Outcome.self) { group in
            group.addTask {
                let executable: Executable = command.contains("/") ? .path(FilePath(command)) : .name(command)
                let result = try await Subprocess.run(
                    executable, arguments: Arguments(arguments), environment: .inherit.updating(changes),
                    platformOptions: platform, input: .none, output: .bytes(limit: 1024 * 1024), error: .discarded)
                return .exited(result.terminationStatus, Data(result.standardOutput))
            }
            group.addTask {
                try await Task.sleep(for: .seconds(deadlineSeconds))
                return .tooSlow
            }
            defer { group.cancelAll() }
            return try await group.next() ?? .tooSlow
        }
    }

    private var hint: String? { installHint.map { "The kubeconfig says: \($0.onOneLine(limit: 300))" } }

    private func failure(_ error: any Error) -> Fault {
        if let error = error as? SubprocessError, error.code == .executableNotFound {
            return Fault(
                .invalid, "the credential plugin \(command) is not installed", at: place,
                next: hint ?? "Install it, or correct exec.command.")
        }
        return Fault(
            .unavailable, "the credential plugin \(command) could not be run", at: place,
            next: hint ?? "Run `kubectl get pods` by hand to see why.")
    }
}

extension ExecPlugin {
    /// `nil` where the user has no `exec`.
    init?(user: KubeconfigEntry, cluster: KubeconfigEntry, _ endpoint: KubernetesEndpoint) throws(Fault) {
        guard let fields = try user.mapping("exec") else { return nil }
        let exec = KubeconfigEntry(section: .user, name: user.name, file: user.file, fields: fields)
        guard let version = try exec.text("apiVersion"),
            ["v1", "v1beta1"].contains(where: { version == "\(Self.group)/\($0)" })
        else {
            throw exec.invalid(
                "exec.apiVersion is neither v1 nor v1beta1 of \(Self.group)", next: "Update the kubeconfig.")
        }
        guard let command = try exec.text("command") else { throw exec.invalid("exec.command is missing") }
        if try exec.text("interactiveMode") == "Always" {
            throw exec.invalid(
                "exec.interactiveMode is Always, and nobody sits at a running failover",
                next: "Use credentials that need nobody, such as a service account's token.")
        }
        var environment: [String: String] = [:]
        for node in try exec.sequence("env") {
            guard let name = node.mapping?["name"]?.scalar?.string, let value = node.mapping?["value"]?.scalar?.string,
                !name.isEmpty, !name.contains("=")
            else { throw exec.invalid("an entry of exec.env has no name or value") }
            environment[name] = value
        }
        var arguments: [String] = []
        for node in try exec.sequence("args") {
            guard let argument = node.scalar?.string else { throw exec.invalid("exec.args must hold texts only") }
            arguments.append(argument)
        }
        var spec: [String: JSONValue] = ["interactive": false]
        if try exec.flag("provideClusterInfo") { spec["cluster"] = try Self.clusterInfo(cluster, endpoint) }
        let info: JSONValue = ["kind": "ExecCredential", "apiVersion": .string(version), "spec": .object(spec)]
        self.init(
            version: version, command: command.contains("/") ? user.absolute(command) : command, arguments: arguments,
            environment: environment, info: String(decoding: try info.encoded(at: user.place), as: UTF8.self),
            installHint: try exec.text("installHint"), place: user.place)
    }

    private static func clusterInfo(
        _ cluster: KubeconfigEntry, _ endpoint: KubernetesEndpoint
    ) throws(Fault) -> JSONValue {
        var info: [String: JSONValue] = ["server": .string(endpoint.server)]
        if let name = endpoint.serverName { info["tls-server-name"] = .string(name) }
        if !endpoint.isVerified { info["insecure-skip-tls-verify"] = true }
        if let proxy = try cluster.text("proxy-url") { info["proxy-url"] = .string(proxy) }
        switch endpoint.authorities {
        case .bytes(let data): info["certificate-authority-data"] = .string(data.base64EncodedString())
        case .file(let path):
            if let data = FileManager.default.contents(atPath: path) {
                info["certificate-authority-data"] = .string(data.base64EncodedString())
            }
        case nil: break
        }
        for node in try cluster.sequence("extensions") where node.mapping?["name"]?.scalar?.string == "\(group)/exec" {
            if let extra = node.mapping?["extension"] { info["config"] = JSONValue(yaml: extra, depth: 0) }
        }
        return .object(info)
    }
}

extension JSONValue {
    /// YAML's core types; deeper than 32 levels is left out.
    fileprivate init(yaml node: Node, depth: Int) {
        if depth > 32 || node.null != nil {
            self = .null
        } else if let mapping = node.mapping {
            let pairs = mapping.compactMap { key, value in
                key.scalar.map { ($0.string, JSONValue(yaml: value, depth: depth + 1)) }
            }
            self = .object(Dictionary(pairs) { first, _ in first })
        } else if let sequence = node.sequence {
            self = .array(sequence.map { JSONValue(yaml: $0, depth: depth + 1) })
        } else if let flag = node.bool {
            self = .bool(flag)
        } else if let number = node.int {
            self = .integer(Int64(number))
        } else {
            self = .string(node.string ?? "")
        }
    }
}
