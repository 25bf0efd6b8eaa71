import FailoverModel
import Foundation

/// Programs of others that a rehearsal uses where they are installed; it goes without those that are missing.
package struct InstalledPrograms: Codable, Equatable, Sendable {
    /// `helm`, which then installs a chart at every site.
    package var helm: String?
    /// `pdns_server` of PowerDNS, beside which there are `pdnsutil` and the backend for SQLite.
    package var nameServer: String?
    /// `named` of BIND, which then has the names in PowerDNS's place; never used without being asked for.
    package var bind: String?
    /// `moto_server`, which answers like Amazon S3.
    package var objectStorage: String?

    /// `synapse_homeserver`, which then runs at a site for as long as its pod does; never used without being asked for.
    package var synapse: String?

    package init(
        helm: String? = nil, nameServer: String? = nil, objectStorage: String? = nil, synapse: String? = nil
    ) {
        self.helm = helm
        self.nameServer = nameServer
        self.objectStorage = objectStorage
        self.synapse = synapse
    }

    /// What is in PATH, and in `/usr/sbin`, where Debian has its servers.
    package static var found: InstalledPrograms {
        let hasNames = find("pdnsutil") != nil && SmallFile.exists(RehearsalPowerDNS.schema)
        return InstalledPrograms(
            helm: find("helm"), nameServer: hasNames ? find("pdns_server") : nil, objectStorage: find("moto_server"))
    }

    /// With a real Synapse too.
    package func withSynapse() throws -> InstalledPrograms {
        guard let program = Self.find("synapse_homeserver") else {
            throw Fault(
                .invalid, "no Synapse is installed", at: "synapse_homeserver",
                next: "Run pip install matrix-synapse psycopg2-binary, and have its programs in PATH")
        }
        var programs = self
        programs.synapse = program
        return programs
    }

    /// With the names on BIND.
    package func withBIND() throws -> InstalledPrograms {
        guard let program = Self.find("named") else {
            throw Fault(.invalid, "no BIND is installed", at: "named", next: "Run apt-get install bind9")
        }
        var programs = self
        (programs.bind, programs.nameServer) = (program, nil)
        return programs
    }

    /// With the names on PowerDNS, as where it is installed anyway; not without.
    package func withPowerDNS() throws -> InstalledPrograms {
        guard nameServer != nil else {
            throw Fault(
                .invalid, "no PowerDNS with its backend for SQLite is installed", at: "pdns_server",
                next: "Run apt-get install pdns-server pdns-backend-sqlite3")
        }
        return self
    }

    static func find(_ program: String) -> String? {
        let path = (ProcessInfo.processInfo.environment["PATH"] ?? "") + ":/usr/sbin"
        return path.split(separator: ":").map { "\($0)/\(program)" }.first(where: FileManager.default.isExecutableFile)
    }
}
