import FailoverModel
import Foundation

/// Says in plain words what an answer of PowerDNS other than a yes means.
struct PowerDNSFaults {
    let place: String
    let zone: String
    let key: Secret

    func fault(_ answer: HTTPResponse) -> Fault {
        let said = said(answer.body)
        switch answer.status {
        case 401, 403:
            return Fault(
                .forbidden, "the API does not accept the key, or not from this machine (\(answer.status))", at: place,
                next: "Check the key (api-key) and webserver-allow-from of PowerDNS.")
        case 404:
            return Fault(
                .rejected, "there is no zone \(zone) at this server\(said)", at: place,
                next: "Check \"zone\" and \"serverID\" in the topology.")
        case 409: return Fault(.conflict, "the API sees a conflict\(said)", at: place, next: "Look again, then repeat.")
        case 422:
            return Fault(
                .rejected, "the API does not accept the records\(said)", at: place,
                next: "Look at the name's other records; a CNAME cannot stand beside any.")
        case 429:
            return Fault(.throttled, "the API asks to come back later", at: place, next: "Wait, then try again.")
        case 500...599:
            return Fault(
                .unavailable, "the API failed with \(answer.status)\(said)", at: place,
                next: "Look into the log of PowerDNS.")
        default:
            return Fault(
                .invalid, "the API answers \(answer.status)\(said)", at: place,
                next: "Check that this is the API of PowerDNS.")
        }
    }

    /// The API's own words, in part and without the key.
    private func said(_ body: Data) -> String {
        guard let text = (try? JSONValue(decoding: body, at: place))?["error"]?.text else { return "" }
        let value = key.reveal()
        let shown = value.isEmpty ? text : text.replacing(value, with: "<secret>")
        return ": " + shown.onOneLine(limit: 300)
    }
}
