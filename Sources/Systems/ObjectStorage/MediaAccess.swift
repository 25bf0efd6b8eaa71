import FailoverModel

/// The way to the buckets that the sites of a topology keep media in.
package struct MediaAccess: Sendable {
    private let secrets: any SecretSource
    private let transport: any HTTPTransport

    package init(secrets: any SecretSource, transport: any HTTPTransport = HTTPClient()) {
        self.secrets = secrets
        self.transport = transport
    }

    /// Throws where the topology names none, or its keys cannot be had.
    func bucket(of site: String, in topology: Topology) throws(Fault) -> SiteMedia {
        guard let bucket = topology.site(named: site)?.media else {
            throw Fault(
                .invalid, "the topology gives it no media", at: "site \(site)",
                next: "Add \"media:\" to the site, or take the step out of the runbook.")
        }
        let credentials = try AWSCredentials(bucket.keys, from: secrets, at: "media of \(site)")
        let client = BucketClient(bucket: bucket, credentials: credentials, transport: transport)
        return SiteMedia(client: client)
    }
}
