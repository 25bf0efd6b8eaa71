import Foundation

/// BIND, which takes updates that are signed with a key (RFC 2136, TSIG).
struct RehearsalBIND: Sendable {
    /// The key's name, and that of the file that holds it.
    static let keyName = "failover"

    var program: String
    var port: Int
    var files: RehearsalFiles

    /// A new key in Base64, as `tsig-keygen` makes them.
    static func newKey() -> String {
        Data((0..<32).map { _ in UInt8.random(in: 0 ... .max) }).base64EncodedString()
    }

    func start() throws -> ProcessIdentity {
        try SmallFile.write(try configuration, to: "\(files.names)/named.conf")
        return try Launch(
            executable: program, arguments: ["-g", "-n", "1", "-c", "\(files.names)/named.conf"],
            environment: files.environment(), output: .file(files.log("names"))
        ).start()
    }

    private var configuration: String {
        get throws {
            let names = ServiceHosts.all.map { "grant \(Self.keyName) name \($0). A AAAA CNAME;" }
            return """
                options {
                  directory "\(files.names)"; pid-file "\(files.names)/named.pid"; lock-file none;
                  session-keyfile "\(files.names)/session.key"; managed-keys-directory "\(files.names)";
                  listen-on port \(port) { 127.0.0.1; }; listen-on-v6 { none; };
                  recursion no; dnssec-validation no; notify no; allow-transfer { none; };
                };
                controls { };
                key "\(Self.keyName)" { algorithm hmac-sha256; secret "\(try files.readSecret(Self.keyName))"; };
                zone "\(RehearsalNames.zone)" {
                  type primary; file "\(files.names)/zone"; update-policy { \(names.joined(separator: " ")) };
                };

                """
        }
    }
}
