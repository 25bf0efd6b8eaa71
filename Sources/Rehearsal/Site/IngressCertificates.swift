/// The certificate that all ingresses show, and the authority that signed it: one of its own, which only those trust who are
/// told to.
struct IngressCertificates {
    var files: RehearsalFiles

    var authority: String { "\(files.certificates)/ingress-ca.pem" }
    var certificate: String { "\(files.certificates)/ingress.pem" }
    var key: String { "\(files.certificates)/ingress.key" }

    private var authorityKey: String { "\(files.certificates)/ingress-ca.key" }
    private var settings: String { "\(files.certificates)/ingress.cnf" }

    /// Makes them with openssl; valid for thirty days, for every host of the service.
    func create() async throws {
        try SmallFile.write(settingsText, to: settings)
        try await Certificates.make(
            "/CN=Handover rehearsal, ingress", "authority", settings: settings, key: authorityKey,
            certificate: authority, files: files)
        try await Certificates.make(
            "/CN=\(ServiceHosts.serverName)", "server", settings: settings, key: key, certificate: certificate,
            signedBy: (authority, authorityKey), files: files)
    }

    private var settingsText: String {
        """
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
        subjectAltName = \((ServiceHosts.all + ServiceHosts.drill).map { "DNS:\($0)" }.joined(separator: ", "))
        subjectKeyIdentifier = hash
        authorityKeyIdentifier = keyid

        """
    }
}
