/// How a rehearsal's Kubernetes API runs: where it listens, whom it knows, what it keeps, how fast its pods are.
package struct KubernetesAPIConfiguration: Sendable {
    /// The address to listen on.
    package var host = "127.0.0.1"
    /// The port; `0` takes a free one, which `run(onReady:)` tells.
    package var port = 0
    /// PEM file of the server's certificate, with its chain.
    package var certificateChainPath: String
    /// PEM file of the server's private key.
    package var privateKeyPath: String
    /// PEM file of the CA whose client certificates are identities (CN is the user, O the groups); `nil` for none.
    package var clientCAPath: String?
    /// Bearer tokens and the users they stand for.
    package var tokens: [String: String]
    /// What users may do; a user without an entry may do everything.
    package var access: [String: [KubernetesAccessRule]]
    /// The file that keeps the objects over a restart (mode 0600); `nil` keeps them in memory only.
    package var stateFilePath: String?
    /// A file of faults to act out, see ``KubernetesFaultSwitch``; it is read and removed when a request finds it.
    package var faultFilePath: String?
    /// From a pod's creation to its readiness.
    package var podStartDelayMilliseconds: Int
    /// From a pod's deletion to its end.
    package var podTerminationDelayMilliseconds: Int
    /// Which pods are really run on this machine; `nil`: none.
    package var containers: LocalContainers?

    package init(
        certificateChainPath: String, privateKeyPath: String, clientCAPath: String? = nil,
        tokens: [String: String] = [:], access: [String: [KubernetesAccessRule]] = [:], stateFilePath: String? = nil,
        faultFilePath: String? = nil, podStartDelayMilliseconds: Int = 300,
        podTerminationDelayMilliseconds: Int = 200
    ) {
        self.certificateChainPath = certificateChainPath
        self.privateKeyPath = privateKeyPath
        self.clientCAPath = clientCAPath
        self.tokens = tokens
        self.access = access
        self.stateFilePath = stateFilePath
        self.faultFilePath = faultFilePath
        self.podStartDelayMilliseconds = podStartDelayMilliseconds
        self.podTerminationDelayMilliseconds = podTerminationDelayMilliseconds
    }
}

extension KubernetesAPIConfiguration: CustomStringConvertible, CustomReflectable {
    /// The configuration without its tokens.
    package var description: String {
        "Kubernetes API on \(host):\(port), state \(stateFilePath ?? "in memory"), \(tokens.count) tokens"
    }

    package var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}
