/// What the topology says about the Kubernetes Secrets that all sites share, beside those that the chart's labels name.
package struct SecretScope: Equatable, Sendable {
    /// Names of Secrets to compare too: passwords of databases, certificates, keys of the media bucket.
    package var names: [String]
    /// Keys, by the Secret's name, that differ between sites on purpose: they are neither compared nor written.
    package var ownKeys: [String: [String]]
    /// Sites where a generated Secret that Handover writes becomes immutable, so that nothing can change it unnoticed.
    package var immutableAt: [String]

    package init(names: [String] = [], ownKeys: [String: [String]] = [:], immutableAt: [String] = []) {
        self.names = names
        self.ownKeys = ownKeys
        self.immutableAt = immutableAt
    }
}
