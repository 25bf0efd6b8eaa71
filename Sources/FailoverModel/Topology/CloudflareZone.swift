extension DNSZone {
    /// A zone at Cloudflare.
    package struct CloudflareZone: Equatable, Sendable {
        /// The zone's id: 32 hexadecimal digits.
        package var id: String
        /// An API token that may read the zone and edit its DNS.
        package var token: SecretReference
        /// Scheme, host and port of the API, without the last slash.
        package var url: String
        package var caCertificate: String?

        package init(
            id: String, token: SecretReference, url: String = "https://api.cloudflare.com", caCertificate: String? = nil
        ) {
            self.id = id
            self.token = token
            self.url = url
            self.caCertificate = caCertificate
        }
    }
}
