extension TopologyDecoder {
    /// `media:` of a site: the bucket that its Synapse keeps media in.
    mutating func media(_ node: YAMLNode) -> MediaBucket? {
        let keys = ["url", "bucket", "region", "prefix", "pathStyle", "caCertificate"] + Self.awsKeys
        guard let fields = known(node, called: "\"media\"", keys: keys, secrets: Self.awsSecrets) else { return nil }
        let url = apiURL(fields, example: "url: https://s3.example.org", sends: nil)
        let bucket = fields.required("bucket", example: "bucket: ess-media", &problems)?.text(
            "bucket", example: "bucket: ess-media", rule: "3 to 63 letters, digits, -, . and _", &problems,
            where: { (3...63).contains($0.utf8.count) && $0.allSatisfy(Self.isInBucketName) })
        let region = region(fields)
        let prefix = text("prefix", fields, example: "prefix: media/")
        let isInPath = fields["pathStyle"]?.flag("pathStyle", &problems)
        let certificate = path("caCertificate", fields, example: "caCertificate: certificates/s3-ca.pem")
        guard let keys = awsKeys(fields, called: "\"media\"", url: url) else { return nil }
        return MediaBucket(
            url: url ?? "", bucket: bucket ?? "", region: region,
            prefix: prefix.map { $0.isEmpty || $0.hasSuffix("/") ? $0 : $0 + "/" } ?? "", isInPath: isInPath ?? true,
            keys: keys, caCertificate: certificate)
    }

    static let awsKeys = awsSecrets.flatMap { ["\($0)File", "\($0)Environment"] }
    /// Keys that would hold a secret in the file itself.
    static let awsSecrets = ["accessKey", "secretKey", "sessionToken"]

    /// The session token travels as it is; the keys only sign.
    mutating func awsKeys(_ fields: YAMLMapping, called name: String, url: String?) -> AWSKeys? {
        let accessKey = secret("accessKey", fields, called: name, example: "accessKeyFile: secrets/s3-access")
        let secretKey = secret("secretKey", fields, called: name, example: "secretKeyFile: secrets/s3-secret")
        var token: SecretReference?
        if let key = ["sessionTokenFile", "sessionTokenEnvironment", "sessionToken"].first(where: { fields[$0] != nil })
        {
            token = secret("sessionToken", fields, called: name, example: "sessionTokenFile: secrets/s3-token")
            if let url, !Self.isPrivate(url) {
                problems.add(
                    "a session token would be sent to \(url), where everybody on the way could read it",
                    at: fields.keyPlace(key), fix: "Use https, or keys that need no session token.")
            }
        }
        guard let accessKey, let secretKey else { return nil }
        return AWSKeys(accessKey: accessKey, secretKey: secretKey, sessionToken: token)
    }

    /// The region that signatures are made for.
    mutating func region(_ fields: YAMLMapping) -> String {
        fields["region"]?.text(
            "region", example: "region: eu-central-1", rule: "of letters, digits and -", &problems,
            where: { $0.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") } }) ?? "us-east-1"
    }

    private static func isInBucketName(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || "-._".contains(character))
    }
}
