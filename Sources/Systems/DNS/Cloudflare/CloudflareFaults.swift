import FailoverModel
import Foundation

/// Tells a yes of Cloudflare's API from everything else, and says in plain words what that is. A yes is `"success": true`
/// in the document, whatever the status; the API knows far more codes than it documents.
struct CloudflareFaults {
    let place: String
    /// The zone's id.
    let zone: String
    let token: Secret
    let isChange: Bool

    /// The document of a yes.
    func document(of answer: HTTPResponse) throws(Fault) -> JSONValue {
        let document = try? JSONValue(decoding: answer.body, at: place)
        if (200..<300).contains(answer.status), document?["success"] == true, let document { return document }
        throw fault(answer, document)
    }

    private func fault(_ answer: HTTPResponse, _ document: JSONValue?) -> Fault {
        let errors = (document?["errors"]?.elements ?? []).flatMap { [$0] + ($0["error_chain"]?.elements ?? []) }
        let codes = errors.compactMap { $0["code"]?.integer }
        let said = said(answer.status, errors)
        func has(_ known: Int64...) -> Bool { !Set(known).isDisjoint(with: codes) }
        if answer.status == 429 || has(971, 10429) {
            let seconds = answer.headers["retry-after"].flatMap { Int64($0) }
            return Fault(
                .throttled, "Cloudflare asks to come back later\(said)", at: place,
                next: "Wait; its limit is 1200 requests in five minutes, whoever uses the token.",
                retryAfterMilliseconds: seconds.flatMap { (0...86_400).contains($0) ? $0 * 1000 : nil })
        }
        if has(81053, 81054, 81057, 81058, 81044) {
            return make(
                .conflict, "a record is not as it was found a moment ago, so nothing was changed\(said)",
                "Look again: somebody else changed it, or a record that Cloudflare keeps for itself is in the way.")
        }
        if answer.status == 401 || answer.status == 403 || has(6003, 9103, 9106, 9109, 10000) {
            return make(
                .forbidden, "Cloudflare does not know the token, or does not let it do this to the zone\(said)",
                "Check the file or variable of apiToken, \"zoneID\", and that the token has Zone Read and DNS Edit.")
        }
        if answer.status == 404 || has(1001, 7000, 7003) {
            return make(
                .rejected, "there is no zone \(zone) for this token\(said)",
                "Correct \"zoneID\" in the topology, or use a token of the account that has the zone.")
        }
        if answer.status >= 500 { return broken("Cloudflare failed\(said)", .unavailable) }
        guard !codes.isEmpty || document?["success"] == false else {
            return broken("the answer is not one of Cloudflare's API, or not whole\(said)", .invalid)
        }
        return make(
            .rejected, "Cloudflare does not accept the records\(said)",
            "Look at the name's other records, and at \"ttl\" in the topology (60 s to 1 day).")
    }

    /// Behind a failure in the middle, a change may well have been made.
    private func broken(_ what: String, _ kind: Fault.Kind) -> Fault {
        guard isChange else { return make(kind, what, "Try again; see Cloudflare's status page, and \"url\".") }
        return make(
            .uncertain, "\(what); the change was sent and may have taken effect",
            "Resume: the records are looked at before anything is sent again.")
    }

    /// ` (403: 10000 Authentication error)`, in the API's own words, in part and without the token.
    private func said(_ status: Int, _ errors: [JSONValue]) -> String {
        let texts = errors.prefix(3).map { error in
            let code = error["code"]?.integer.map { "\($0) " } ?? ""
            return code + (error["message"]?.text ?? "")
        }
        let value = token.reveal()
        let text = texts.joined(separator: "; ")
        let shown = (value.isEmpty ? text : text.replacing(value, with: "<secret>")).onOneLine(limit: 300)
        return " (\(status)\(shown.isEmpty ? "" : ": \(shown)"))"
    }

    private func make(_ kind: Fault.Kind, _ what: String, _ next: String) -> Fault {
        Fault(kind, what, at: place, next: next)
    }
}
