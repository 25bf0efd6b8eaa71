/// The certificates of one rehearsal: its own authority, one server certificate, and the client certificate of the tool.
struct Certificates {
    var files: RehearsalFiles

    var authority: String { "\(files.certificates)/ca.pem" }
    var server: String { "\(files.certificates)/server.pem" }
    var serverKey: String { "\(files.certificates)/server.key" }
    var client: String { "\(files.certificates)/client.pem" }
    var clientKey: String { "\(files.certificates)/client.key" }

    private var authorityKey: String { "\(files.certificates)/ca.key" }
    private var settings: String { "\(files.certificates)/openssl.cnf" }

    /// Makes them with openssl; valid for thirty days.
    func create() async throws {
        try SmallFile.write(Self.settingsText, to: settings)
        try await Self.make(
            "/CN=Handover rehearsal", "authority", settings: settings, key: authorityKey, certificate: authority,
            files: files)
        try await Self.make(
            "/CN=rehearsal", "server", settings: settings, key: serverKey, certificate: server,
            signedBy: (authority, authorityKey), files: files)
        // As in a real cluster: the common name is the user, the organisation the group.
        try await Self.make(
            "/O=handover:operators/CN=handover", "client", settings: settings, key: clientKey, certificate: client,
            signedBy: (authority, authorityKey), files: files)
    }

    /// A certificate with the section's extensions; signed by itself where there is no authority.
    static func make(
        _ subject: String, _ section: String, settings: String, key: String, certificate: String,
        signedBy authority: (certificate: String, key: String)? = nil, files: RehearsalFiles
    ) async throws {
        let log = files.log("openssl")
        try await Launch(
            executable: "openssl",
            arguments: [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30",
                "-config", settings, "-extensions", section, "-subj", subject, "-keyout", key, "-out", certificate,
            ] + (authority.map { ["-CA", $0.certificate, "-CAkey", $0.key] } ?? []),
            environment: files.environment(), output: .file(log)
        ).succeed(within: .seconds(20), next: "Run apt-get install openssl, or see \(log)")
    }

    private static let settingsText = """
        [req]
        distinguished_name = name
        [name]
        [authority]
        basicConstraints = critical, CA:TRUE
        keyUsage = critical, keyCertSign, cRLSign
        subjectKeyIdentifier = hash
        [server]
        basicConstraints = critical, CA:FALSE
        keyUsage = critical, digitalSignature
        extendedKeyUsage = serverAuth
        subjectAltName = IP:127.0.0.1, DNS:localhost
        subjectKeyIdentifier = hash
        authorityKeyIdentifier = keyid
        [client]
        basicConstraints = critical, CA:FALSE
        keyUsage = critical, digitalSignature
        extendedKeyUsage = clientAuth
        subjectKeyIdentifier = hash
        authorityKeyIdentifier = keyid

        """
}
