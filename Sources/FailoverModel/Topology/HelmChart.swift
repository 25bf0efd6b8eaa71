/// The chart that the release of every site is installed from, and how Helm is called.
package struct HelmChart: Equatable, Sendable {
    /// A folder, an archive, or `oci://HOST/PATH`.
    package var reference: String
    /// Which version of it; a folder or an archive has its own, which must be this one.
    package var version: String?
    /// The `helm` program: a name to be found in PATH, or a path.
    package var program: String
    /// Values files laid over a site's own that stop what Handover does not know by itself; empty for the ESS chart.
    package var standbyValues: [String]
    /// How long Helm waits for one hook, in milliseconds.
    package var timeoutMilliseconds: Int64
    /// How the registry of an `oci://` reference is reached.
    package var registry: Registry

    /// Without any of it: TLS by the system's certificates, and whatever `helm registry login` has left for the user.
    package struct Registry: Equatable, Sendable {
        /// A file with the certificates of the authority that signed the registry's own.
        package var caCertificate: String?
        /// A file with logins as `helm registry login` and `docker login` write it. Helm is told its path and nothing of
        /// what is in it.
        package var loginFile: String?
        /// Without TLS, for a registry that has none. Helm takes this for granted on loopback addresses.
        package var isPlainHTTP: Bool

        package init(caCertificate: String? = nil, loginFile: String? = nil, isPlainHTTP: Bool = false) {
            self.caCertificate = caCertificate
            self.loginFile = loginFile
            self.isPlainHTTP = isPlainHTTP
        }
    }

    package init(
        reference: String, version: String? = nil, program: String = "helm", standbyValues: [String] = [],
        timeoutMilliseconds: Int64 = 300_000, registry: Registry = Registry()
    ) {
        self.reference = reference
        self.version = version
        self.program = program
        self.standbyValues = standbyValues
        self.timeoutMilliseconds = timeoutMilliseconds
        self.registry = registry
    }

    /// Whether it comes from a registry.
    package var isRemote: Bool { reference.hasPrefix(Self.registryPrefix) }
    package static let registryPrefix = "oci://"
}
