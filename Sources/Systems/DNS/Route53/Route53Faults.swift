import FailoverModel

/// Says in plain words what an answer of Route 53 other than a yes means.
struct Route53Faults {
    let place: String
    let hosted: DNSZone.Route53Zone

    func fault(_ answer: HTTPResponse) -> Fault {
        let body = XMLText(answer.body)
        // A batch that is refused may have a form of its own.
        let isBatch = !body.elements("InvalidChangeBatch").isEmpty
        let code = body["Code"]?.onOneLine(limit: 60) ?? (isBatch ? "InvalidChangeBatch" : "")
        let message = body["Message"]?.onOneLine(limit: 300) ?? ""
        switch code {
        case "PriorRequestNotComplete", "Throttling", "ThrottlingException", "RequestLimitExceeded", "SlowDown":
            return make(.throttled, "Route 53 asks to come back later (\(code))", next: "Wait, then try again.")
        case "NoSuchHostedZone":
            return make(
                .rejected, "there is no hosted zone \(hosted.id)",
                next: "Correct \"hostedZone\" in the topology, or use keys of the account that has it.")
        case "InvalidChangeBatch", "InvalidInput":
            return make(
                .rejected, "Route 53 does not accept the records: \(message)",
                next: "Look at the name's other records; a CNAME cannot stand beside any.")
        case "InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId":
            return make(
                .forbidden, "Route 53 does not know the access key (\(code))",
                next: "Check the file or variable of accessKey.")
        case "ExpiredToken", "ExpiredTokenException", "InvalidToken":
            return make(
                .forbidden, "the session token is not accepted (\(code))", next: "Get a new one, with its keys.")
        case "RequestExpired",
            _ where Self.isOfTime(message):
            return make(
                .rejected, "this machine's clock is not Amazon's: the signature's time is not accepted",
                next: "Set this machine's clock (NTP).")
        case "SignatureDoesNotMatch", "InvalidSignatureException":
            return make(
                .forbidden, "the secret key is not the access key's (\(code))",
                next: "Check the file or variable of secretKey, and \"region\".")
        default: return byStatus(answer.status, code)
        }
    }

    private static func isOfTime(_ message: String) -> Bool {
        message.contains("Signature expired") || message.contains("not yet current")
    }

    private func byStatus(_ status: Int, _ code: String) -> Fault {
        let words = code.isEmpty ? "\(status)" : "\(status) \(code)"
        switch status {
        case 401, 403:
            return make(
                .forbidden, "Route 53 does not let the key do this (\(words))",
                next: "Grant it route53:GetHostedZone, ListResourceRecordSets, ChangeResourceRecordSets and GetChange.")
        case 429: return make(.throttled, "Route 53 asks to come back later (429)", next: "Wait, then try again.")
        case 500...599: return make(.unavailable, "Route 53 failed (\(words))", next: "Try again; see its status page.")
        default:
            return make(.rejected, "Route 53 does not accept this (\(words))", next: "Check \"url\" in the topology.")
        }
    }

    private func make(_ kind: Fault.Kind, _ what: String, next: String) -> Fault {
        Fault(kind, what, at: place, next: next)
    }
}
