import FailoverModel
import Foundation

/// The users' names in a zone of its own, on a real name server outside of all sites: PowerDNS with its API, or BIND, which
/// takes dynamic updates.
struct RehearsalNames: Sendable {
    static let zone = "ess.test"
    static let names = ["account", "admin", "element", "matrix", "mrtc"]

    enum Server: Sendable {
        case powerDNS(RehearsalPowerDNS)
        case bind(RehearsalBIND)
    }

    let server: Server
    private let record: RehearsalRecord
    private let files: RehearsalFiles

    init?(_ record: RehearsalRecord, files: RehearsalFiles) {
        let shared = record.shared
        if let program = record.programs.bind {
            server = .bind(RehearsalBIND(program: program, port: shared.names, files: files))
        } else if let program = record.programs.nameServer {
            server = .powerDNS(
                RehearsalPowerDNS(program: program, port: shared.names, apiPort: shared.namesAPI, files: files))
        } else {
            return nil
        }
        self.record = record
        self.files = files
    }

    /// The address that the users' names lead to where this site serves; one of those set aside for examples (RFC 5737).
    static func address(of index: Int) -> String { "203.0.113.\(index + 11)" }

    /// What people call the server.
    var title: String {
        switch server {
        case .powerDNS: "PowerDNS"
        case .bind: "BIND"
        }
    }

    /// The ports on which it answers once it is up.
    var ports: [Int] {
        switch server {
        case .powerDNS(let server): [server.port, server.apiPort]
        case .bind(let server): [server.port]
        }
    }

    var log: String { files.log("names") }

    /// The topology's `dns:` below that line, without the zone and its servers.
    var access: [String] {
        switch server {
        case .powerDNS(let server):
            [
                "driver: powerdns", "url: http://127.0.0.1:\(server.apiPort)",
                "apiKeyFile: secrets/\(RehearsalPowerDNS.keyName)",
            ]
        case .bind:
            ["driver: rfc2136", "key: {name: \(RehearsalBIND.keyName), secretFile: secrets/\(RehearsalBIND.keyName)}"]
        }
    }

    /// Makes the zone, in which every name leads to the first site, and starts the server.
    func start() async throws -> ProcessIdentity {
        try SmallFile.makeDirectory(files.names)
        try SmallFile.write(zoneFile, to: "\(files.names)/zone")
        return switch server {
        case .powerDNS(let server): try await server.start()
        case .bind(let server): try server.start()
        }
    }

    private var zoneFile: String {
        let names = (["@"] + Self.names).map { "\($0) IN A \(Self.address(of: 0))" }
        let server = "ns1.\(Self.zone)."
        let lines = [
            "$ORIGIN \(Self.zone).", "$TTL 60", "@ IN SOA \(server) hostmaster.\(Self.zone). 1 3600 3600 86400 60",
            "@ IN NS \(server)", "ns1 IN A 127.0.0.1",
        ]
        // As external-dns writes beside each name that it has made.
        let owner = "\"heritage=external-dns,external-dns/owner=\(record.siteNames[0])\""
        let owned = record.hasExternalDNS ? ["a-matrix IN TXT \(owner)"] : []
        return (lines + names + owned).joined(separator: "\n") + "\n"
    }
}
