import FailoverModel
import Foundation

/// What a real Synapse needs to run at a site: its configuration and the key that all sites sign with.
struct SynapseFiles: Sendable {
    static let signingKeyName = "synapse-signing-key"
    static let registrationName = "synapse-registration"
    /// How Synapse calls its sessions in the ESS chart; a fence and the sequences' step know them by it.
    static let applicationName = "ess-synapse-main-0"

    var files: RehearsalFiles

    var log: String { "\(files.synapse)/log.yaml" }
    func configuration(_ site: String) -> String { "\(files.synapse)/\(site).yaml" }

    /// A signing key as Synapse has it in a file: a seed of 32 bytes.
    static func newSigningKey(version: String = "a_1") -> String {
        let seed = (0..<32).map { _ in UInt8.random(in: .min ... .max) }
        return "ed25519 \(version) \(Data(seed).base64EncodedString().filter { $0 != "=" })"
    }

    func write(_ sites: [RehearsalRecord.Site]) throws {
        try SmallFile.makeDirectory(files.synapse)
        try SmallFile.write(
            """
            version: 1
            formatters: {plain: {format: "%(asctime)s %(levelname)s %(name)s %(message)s"}}
            handlers: {console: {class: logging.StreamHandler, formatter: plain}}
            root: {level: WARNING, handlers: [console]}

            """, to: log)
        for site in sites { try SmallFile.write(try text(site), to: configuration(site.name)) }
    }

    private func text(_ site: RehearsalRecord.Site) throws -> String {
        let registration = try files.readSecret(Self.registrationName)
        return """
            server_name: \(RehearsalNames.zone)
            public_baseurl: http://127.0.0.1:\(site.ports.ingressForTool)/
            report_stats: false
            listeners:
            - {port: \(site.ports.synapse), bind_addresses: ["127.0.0.1"], type: http, resources: [{names: [client, federation]}]}
            database:
              name: psycopg2
              args:
                host: 127.0.0.1
                port: \(site.ports.postgres)
                user: synapse
                password: \(try files.readSecret("synapse"))
                dbname: synapse
                application_name: \(Self.applicationName)
                cp_min: 1
                cp_max: 5
            log_config: \(quoted(log))
            pid_file: \(quoted("\(files.synapse)/\(site.name).pid"))
            media_store_path: \(quoted("\(files.synapse)/media"))
            signing_key_path: \(quoted(files.secret(Self.signingKeyName)))
            registration_shared_secret: \(registration)
            macaroon_secret_key: \(registration)m
            form_secret: \(registration)f
            trusted_key_servers: []
            suppress_key_server_warning: true
            enable_registration: true
            enable_registration_without_verification: true
            rc_registration: {per_second: 1000, burst_count: 1000}
            rc_message: {per_second: 1000, burst_count: 1000}
            presence: {enabled: false}

            """
    }

    /// As a YAML scalar, whatever the directory is called.
    private func quoted(_ text: String) -> String { "'\(text.replacing("'", with: "''"))'" }
}
