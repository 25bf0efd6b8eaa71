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
        try await make(
            "/CN=Handover rehearsal", "authority", key: authorityKey, certificate: authority, isSigned: false)
        try await make("/CN=rehearsal", "server", key: serverKey, certificate: server, isSigned: true)
        // As in a real cluster: the common name is the user, the organisation the group.
        try await make(
            "/O=handover:operators/CN=handover", "client", key: clientKey, certificate: client, isSigned: true)
    }

    private func make(
        _ subject: String, _ section: String, key: String, certificate: String, isSigned: Bool
    ) async throws {
        let log = files.log("openssl")
        try await Launch(
            executable: "openssl",
            arguments: [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30",
                "-config", settings, "-extensions", section, "-subj", subject, "-keyout", key, "-out", certificate,
            ] + (isSigned ? ["-CA", authority, "-CAkey", authorityKey] : []),
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
