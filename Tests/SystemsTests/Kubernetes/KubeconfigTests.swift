import FailoverModel
import Foundation
import Testing

@testable import Systems

@Suite("Kubeconfig files")
struct KubeconfigTests {
    /// A folder with the given files, for as long as the test needs it.
    func withFiles<Result>(_ files: [String: String], _ body: (String) async throws -> Result) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "handover-kube-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for (name, text) in files {
            try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: "\(folder)/\(name)")
        }
        return try await body(folder)
    }

    func config(cluster: String = "server: \"https://api:6443\"", user: String = "token: hunter2", context: String = "")
        -> String
    {
        """
        current-context: c
        contexts: [{name: c, context: {cluster: k, user: u\(context)}}]
        clusters:
        - name: k
          cluster: {\(cluster)}
        users:
        - name: u
          user: {\(user)}
        """
    }

    func fault(_ file: String, insecure: Bool = false) -> Fault? {
        do throws(Fault) {
            _ = try KubernetesEndpoint.of(
                KubernetesRelease(kubeconfig: file, release: "ess", allowsInsecureTLS: insecure), environment: [:])
            return nil
        } catch { return error }
    }

    @Test func `a context gives server, namespace, trust, identity and token, with paths beside the file`() async throws
    {
        let cluster =
            "server: \"https://api:6443/x/\", certificate-authority: ca.pem, tls-server-name: real, proxy-url: \"socks5://p:1\""
        let user =
            "client-certificate-data: \(Data("CERT".utf8).base64EncodedString()), client-key: key.pem, tokenFile: token"
        let files = [
            "config": config(cluster: cluster, user: user, context: ", namespace: n"), "ca.pem": "CA", "key.pem": "KEY",
            "token": "one\n",
        ]
        try await withFiles(files) { folder in
            let release = KubernetesRelease(kubeconfig: "\(folder)/config", release: "ess")
            let endpoint = try KubernetesEndpoint.of(release, environment: [:])
            #expect(
                endpoint.server == "https://api:6443/x" && endpoint.namespace == "n" && endpoint.serverName == "real")
            #expect(endpoint.authorities == .file("\(folder)/ca.pem") && endpoint.proxy == .url("socks5h://p:1"))
            #expect(endpoint.identity?.certificate == .bytes(Data("CERT".utf8)))
            #expect(endpoint.identity?.key == .file("\(folder)/key.pem"))
            let credentials = KubernetesCredentials(endpoint.token)
            #expect(try await credentials.grant().token?.reveal() == "one")
            try "two".write(toFile: "\(folder)/token", atomically: true, encoding: .utf8)
            #expect(try await credentials.grant().token?.reveal() == "two")
        }
    }

    @Test func `of several files in KUBECONFIG the first to have a name wins, and missing ones are passed over`()
        async throws
    {
        let second = config(cluster: "server: \"https://second\"").replacing("name: c,", with: "name: d,")
            .replacing("current-context: c", with: "current-context: d")
        try await withFiles(["a": config(cluster: "server: \"https://first\""), "b": second]) { folder in
            let environment = ["KUBECONFIG": "\(folder)/none::\(folder)/a:\(folder)/b"]
            let usual = try KubernetesEndpoint.of(KubernetesRelease(release: "ess"), environment: environment)
            #expect(
                usual.server == "https://first" && usual.namespace == "default"
                    && usual.place == "\(folder)/a, context \"c\"")
            let named = try KubernetesEndpoint.of(
                KubernetesRelease(context: "d", release: "ess"), environment: environment)
            #expect(named.server == "https://first" && named.place == "\(folder)/b, context \"d\"")
        }
    }

    @Test(arguments: [
        ("server: \"https://a\"", "username: u, password: hunter2", Fault.Kind.invalid, "user name and password"),
        ("server: \"https://a\"", "auth-provider: {name: gcp}", .invalid, "auth-provider"),
        (
            "server: \"https://a\"", "client-certificate-data: \"*hunter2*\", client-key-data: x", .invalid,
            "is not base64"
        ),
        ("server: \"https://a\"", "client-certificate: hunter2.pem", .invalid, "cannot be read"),
        ("server: \"https://a\"", "token: [hunter2]", .invalid, "token must be a text"),
        (
            "server: \"https://a\"", "exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: c}", .invalid,
            "neither v1 nor"
        ),
        ("server: \"https://a\", insecure-skip-tls-verify: true", "", .refused, "insecure-skip-tls-verify"),
        ("server: \"http://a\"", "token: hunter2", .refused, "without TLS"),
        ("server: \"https://user:hunter2@a\"", "", .invalid, "user or password"), ("", "", .invalid, "no server"),
        ("server: \"https://a\", proxy-url: \"ftp://hunter2\"", "", .invalid, "proxy-url"),
        ("server: \"https://a", "token: hunter2", .invalid, "not YAML"),
    ])
    func `what is wrong is said with file and entry, and without values`(
        cluster: String, user: String, kind: Fault.Kind, words: String
    ) async throws {
        try await withFiles(["config": config(cluster: cluster, user: user)]) { folder in
            let fault = try #require(self.fault("\(folder)/config"))
            #expect(fault.kind == kind && fault.what.contains(words), "\(fault)")
            #expect(fault.place.hasPrefix("\(folder)/config"))
            #expect(!fault.description.replacing("hunter2.pem", with: "").contains("hunter2"))
        }
    }

    @Test func `an unknown context names those that there are`() async throws {
        try await withFiles(["config": config()]) { folder in
            let release = KubernetesRelease(kubeconfig: "\(folder)/config", context: "prod", release: "ess")
            #expect(
                throws: Fault(.invalid, "there is no context \"prod\"", at: "\(folder)/config", next: "Use one of: c.")
            ) {
                try KubernetesEndpoint.of(release, environment: [:])
            }
        }
    }

    @Test func `insecure TLS is taken only where the topology repeats it`() async throws {
        try await withFiles(["config": config(cluster: "server: \"https://a\", insecure-skip-tls-verify: true")]) {
            folder in
            #expect(fault("\(folder)/config", insecure: true) == nil)
        }
    }

    @Test func `without a kubeconfig the pod's service account is used`() async throws {
        try await withFiles(["token": "t", "namespace": "pod-ns\n"]) { folder in
            let environment = ["KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443"]
            let endpoint = KubernetesEndpoint.inCluster(
                KubernetesRelease(release: "ess"), environment: environment, directory: folder)
            #expect(endpoint?.server == "https://[fd00::1]:443" && endpoint?.namespace == "pod-ns")
            #expect(endpoint?.authorities == .file("\(folder)/ca.crt"))
        }
    }

    @Test func `a credential plugin gets the cluster's facts and is asked once until its credential expires`()
        async throws
    {
        let plugin = """
            #!/bin/sh
            echo x >> "$COUNT"
            printf '%s' "$KUBERNETES_EXEC_INFO" > "$COUNT.info"
            echo "hunter2 on stderr" >&2
            printf '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"%s","expirationTimestamp":"2030-01-01T00:00:00Z"}}' "$1"
            """
        let exec = """
            exec: {apiVersion: client.authentication.k8s.io/v1, command: ./plugin, args: [tok], provideClusterInfo: true, \
            interactiveMode: Never, env: [{name: COUNT, value: COUNT_FILE}]}
            """
        let cluster = """
            server: "https://api:6443", certificate-authority-data: \(Data("CA".utf8).base64EncodedString()), \
            extensions: [{name: client.authentication.k8s.io/exec, extension: {audience: 7}}]
            """
        try await withFiles(["plugin": plugin]) { folder in
            let text = config(cluster: cluster, user: exec.replacing("COUNT_FILE", with: "\(folder)/count"))
            try text.write(toFile: "\(folder)/config", atomically: true, encoding: .utf8)
            let endpoint = try KubernetesEndpoint.of(
                KubernetesRelease(kubeconfig: "\(folder)/config", release: "ess"), environment: [:])
            let credentials = KubernetesCredentials(endpoint.token, now: { Date(timeIntervalSince1970: 1_800_000_000) })
            async let first = credentials.grant()
            async let second = credentials.grant()
            let grants = try await [first, second]
            #expect(grants.map { $0.token?.reveal() } == ["tok", "tok"])
            #expect(try String(contentsOfFile: "\(folder)/count", encoding: .utf8) == "x\n")
            let info = try JSONValue(decoding: Data(contentsOf: URL(filePath: "\(folder)/count.info")), at: "info")
            #expect(
                info["spec"]?["interactive"]?.flag == false
                    && info["spec"]?["cluster"]?["config"]?["audience"]?.integer == 7)
            #expect(info["spec"]?["cluster"]?["server"]?.text == "https://api:6443")
            #expect(info["spec"]?["cluster"]?["certificate-authority-data"]?.text == "Q0E=")
            let late = KubernetesCredentials(endpoint.token, now: { Date(timeIntervalSince1970: 1_900_000_000) })
            _ = try await late.grant()
            _ = try await late.grant()
            #expect(try String(contentsOfFile: "\(folder)/count", encoding: .utf8) == "x\nx\nx\n")
        }
    }

    @Test(arguments: [
        ("exit 3", Fault.Kind.unavailable, "failed"), ("echo hunter2", .invalid, "not an ExecCredential"),
        ("sleep 60", .unavailable, "nothing within 1 s"),
    ])
    func `a plugin that fails, talks nonsense or hangs is told apart, its output never shown`(
        body: String, kind: Fault.Kind, words: String
    ) async throws {
        try await withFiles(["plugin": "#!/bin/sh\n\(body)\n"]) { folder in
            var plugin = ExecPlugin(
                version: "client.authentication.k8s.io/v1", command: "\(folder)/plugin", arguments: [],
                environment: [:],
                info: "{}", place: "here")
            plugin.deadlineSeconds = 1
            do throws(Fault) {
                _ = try await plugin.run()
                Issue.record("it gave a credential")
            } catch {
                #expect(error.kind == kind && error.what.contains(words))
                #expect(!error.description.contains("hunter2"))
            }
        }
    }

    @Test func `a plugin that is not installed says how to get it`() async throws {
        let plugin = ExecPlugin(
            version: "client.authentication.k8s.io/v1", command: "handover-no-such-plugin", arguments: [],
            environment: [:],
            info: "{}", installHint: "brew install it", place: "here")
        do throws(Fault) {
            _ = try await plugin.run()
            Issue.record("it ran")
        } catch {
            #expect(error.kind == .invalid && error.next == "The kubeconfig says: brew install it")
        }
    }
}
