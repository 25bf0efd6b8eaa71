/// The chart that the release of every site is installed from, and how Helm is called.
package struct HelmChart: Equatable, Sendable {
    /// A folder, an archive, or `oci://HOST/PATH`.
    package var reference: String
    /// Which version of it; a folder or an archive has its own.
    package var version: String?
    /// The `helm` program: a name to be found in PATH, or a path.
    package var program: String
    /// Values files laid over a site's own that stop what Handover does not know by itself; empty for the ESS chart.
    package var standbyValues: [String]
    /// How long Helm waits for one hook, in milliseconds.
    package var timeoutMilliseconds: Int64

    package init(
        reference: String, version: String? = nil, program: String = "helm", standbyValues: [String] = [],
        timeoutMilliseconds: Int64 = 300_000
    ) {
        self.reference = reference
        self.version = version
        self.program = program
        self.standbyValues = standbyValues
        self.timeoutMilliseconds = timeoutMilliseconds
    }

    package static let registryPrefix = "oci://"
}
