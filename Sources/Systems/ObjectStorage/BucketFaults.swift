import FailoverModel

/// Says in plain words what a storage's answer other than a yes means (Amazon S3 API Reference, "Error responses").
///
/// Of its words only the code is shown: others repeat what was signed.
struct BucketFaults {
    enum Action: String {
        case list = "s3:ListBucket"
        case get = "s3:GetObject"
        case put = "s3:PutObject"
        case delete = "s3:DeleteObject"
    }

    let place: String
    let region: String

    static func code(_ answer: HTTPResponse) -> String? {
        XMLText(answer.body).elements("Error").first?["Code"]?.onOneLine(limit: 60)
    }

    func fault(_ answer: HTTPResponse, doing action: Action) -> Fault {
        let code = Self.code(answer)
        if let other = otherRegion(answer, code) { return other }
        switch code ?? "" {
        case "AccessDenied", "AllAccessDisabled", "AccountProblem":
            return make(
                .forbidden, "the storage knows the key, and does not let it do this (AccessDenied)",
                next: "Grant the key \(action.rawValue) on this bucket.")
        case "InvalidAccessKeyId":
            return make(
                .forbidden, "the storage does not know the access key (InvalidAccessKeyId)",
                next: "Check the file or variable of accessKey, and whether it is of this storage.")
        case "ExpiredToken", "InvalidToken", "TokenRefreshRequired":
            return make(
                .forbidden, "the session token is not accepted (\(code ?? ""))", next: "Get a new one, with its keys.")
        case "SignatureDoesNotMatch":
            return make(
                .forbidden, "the secret key is not the access key's (SignatureDoesNotMatch)",
                next: "Check the file or variable of secretKey; then whether a proxy on the way changes Host or path.")
        case "RequestTimeTooSkewed", "RequestExpired":
            return make(
                .rejected, "the clocks of this machine and the storage differ too much (\(code ?? ""))",
                next: "Set this machine's clock (NTP); the storage allows 15 minutes.")
        case "NoSuchBucket":
            return make(.rejected, "there is no such bucket", next: "Check \"bucket\" and \"url\" of the site's media.")
        case "InvalidObjectState":
            return make(
                .rejected, "the object is archived and cannot be read at once (InvalidObjectState)",
                next: "Restore the media from the archive class.")
        case "QuotaExceeded", "XMinioStorageFull", "EntityTooLarge":
            return make(.rejected, "the storage takes no more (\(code ?? ""))", next: "Raise the quota, or free space.")
        case "SlowDown", "ServiceUnavailable", "Throttling", "ThrottlingException", "RequestLimitExceeded":
            return make(
                .throttled, "the storage asks to come back later (\(code ?? ""))", next: "Wait, then try again.")
        default: return byStatus(answer.status, code, action)
        }
    }

    /// The bucket's region where that is not the one that was signed for.
    private func otherRegion(_ answer: HTTPResponse, _ code: String?) -> Fault? {
        let told = answer.headers["x-amz-bucket-region"] ?? XMLText(answer.body).elements("Error").first?["Region"]
        let isMoved = (300..<400).contains(answer.status) || code == "AuthorizationHeaderMalformed"
        guard isMoved, let told = told?.onOneLine(limit: 60), told != region else { return nil }
        return make(
            .rejected, "the bucket is in the region \(told), and the topology says \(region)",
            next: "Correct \"region\", and \"url\" where that names a region.")
    }

    private func byStatus(_ status: Int, _ code: String?, _ action: Action) -> Fault {
        let words = code.map { "\(status) \($0)" } ?? "\(status)"
        switch status {
        case 301, 302, 307, 308:
            return make(
                .rejected, "the bucket is elsewhere (\(words))", next: "Correct \"url\" and \"region\" of the media.")
        case 401, 403:
            return make(
                .forbidden, "the storage does not let the key do this (\(words))",
                next: "Check the key, and that it has \(action.rawValue) on this bucket.")
        case 404:
            return make(.rejected, "there is nothing at this address (\(words))", next: "Check \"url\" and \"bucket\".")
        case 429: return make(.throttled, "the storage asks to come back later (429)", next: "Wait, then try again.")
        case 500...599:
            return make(.unavailable, "the storage failed (\(words))", next: "Look into the storage's own log.")
        default:
            return make(
                .rejected, "the storage does not accept this (\(words))",
                next: "Check that \"url\" is that of an object storage that speaks S3.")
        }
    }

    private func make(_ kind: Fault.Kind, _ what: String, next: String) -> Fault {
        Fault(kind, what, at: place, next: next)
    }
}
