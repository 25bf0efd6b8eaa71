import Foundation

/// Programs of others that a rehearsal uses where they are installed; it goes without those that are missing.
package struct InstalledPrograms: Codable, Equatable, Sendable {
    /// `helm`, which then installs a chart at every site.
    package var helm: String?
    /// `pdns_server` of PowerDNS, beside which there are `pdnsutil` and the backend for SQLite.
    package var nameServer: String?
    /// `moto_server`, which answers like Amazon S3.
    package var objectStorage: String?

    package init(helm: String? = nil, nameServer: String? = nil, objectStorage: String? = nil) {
        self.helm = helm
        self.nameServer = nameServer
        self.objectStorage = objectStorage
    }

    /// What is in PATH, and in `/usr/sbin`, where Debian has its servers.
    package static var found: InstalledPrograms {
        let hasNames = find("pdnsutil") != nil && SmallFile.exists(RehearsalNames.schema)
        return InstalledPrograms(
            helm: find("helm"), nameServer: hasNames ? find("pdns_server") : nil, objectStorage: find("moto_server"))
    }

    static func find(_ program: String) -> String? {
        let path = (ProcessInfo.processInfo.environment["PATH"] ?? "") + ":/usr/sbin"
        return path.split(separator: ":").map { "\($0)/\(program)" }.first(where: FileManager.default.isExecutableFile)
    }
}
