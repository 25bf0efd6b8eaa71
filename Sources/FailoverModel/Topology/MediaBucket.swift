/// Where a site's Synapse keeps its media: a bucket of an object storage that speaks S3.
package struct MediaBucket: Equatable, Sendable {
    /// Scheme, host and port of the storage, without the last slash.
    package var url: String
    package var bucket: String
    package var region: String
    /// What the keys of all media begin with: empty, or with a slash at its end.
    package var prefix: String
    /// Whether the bucket's name stands in the path, or before the host.
    package var isInPath: Bool
    package var keys: AWSKeys
    package var caCertificate: String?

    package init(
        url: String, bucket: String, region: String = "us-east-1", prefix: String = "", isInPath: Bool = true,
        keys: AWSKeys, caCertificate: String? = nil
    ) {
        self.url = url
        self.bucket = bucket
        self.region = region
        self.prefix = prefix
        self.isInPath = isInPath
        self.keys = keys
        self.caCertificate = caCertificate
    }
}

/// Where the keys of an account are to be had that requests to AWS, or a system like it, are signed with.
package struct AWSKeys: Equatable, Sendable {
    package var accessKey: SecretReference
    package var secretKey: SecretReference
    /// Only where the keys are lent for a time.
    package var sessionToken: SecretReference?

    package init(accessKey: SecretReference, secretKey: SecretReference, sessionToken: SecretReference? = nil) {
        self.accessKey = accessKey
        self.secretKey = secretKey
        self.sessionToken = sessionToken
    }
}
