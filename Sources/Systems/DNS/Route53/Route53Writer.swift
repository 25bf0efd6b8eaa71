import FailoverModel
import Foundation

/// Changes a zone by the API of Amazon Route 53 (API version 2013-04-01).
struct Route53Writer: ZoneWriter {
    let zone: String
    let hosted: DNSZone.Route53Zone
    let secrets: any SecretSource
    let transport: any HTTPTransport
    /// Between two looks whether a change has reached all of Amazon's servers, in milliseconds.
    var pauseMilliseconds = 1000
    private static let mostLooks = 90

    func look(at names: [String]) async throws(Fault) -> NameServer.Answer {
        let about = try await send(.get, "hostedzone/\(hosted.id)")
        let held = about["Name"].flatMap { DNSName($0)?.description }
        guard held == zone else {
            throw Fault(
                .rejected, "the hosted zone \(hosted.id) is \((held ?? "unknown").onOneLine(limit: 80)), not \(zone)",
                at: place, next: "Correct \"hostedZone\" or \"zone\" in the topology.")
        }
        var sets: [DNSRecordSet] = []
        for name in names {
            let query = URLText.query(["name": "\(name).", "maxitems": "100"])
            let answer = try await send(.get, "hostedzone/\(hosted.id)/rrset\(query)")
            sets += try Route53Records(answer, at: place).sets(of: name)
        }
        return NameServer.Answer(sets: sets)
    }

    /// One batch, which Route 53 carries out as a whole or not at all. An UPSERT has no prerequisites, so the records are
    /// compared immediately before. Waits until all of Amazon's servers have it.
    func write(_ change: ZoneChange) async throws(Fault) {
        let names = change.names
        guard !names.isEmpty else { return }
        let seen = try await look(at: names).sets
        guard seen.isSame(as: change.found.filter { names.contains($0.name) }) else {
            throw Fault(
                .conflict, "a record is not as it was found a moment ago, so nothing was changed", at: place,
                next: "Look again: somebody else changed it.")
        }
        let answer = try await send(.post, "hostedzone/\(hosted.id)/rrset/", Route53Records.batch(change))
        try await arrived(answer)
    }

    /// A change is `PENDING` until it is `INSYNC` at all authoritative servers, mostly within a minute.
    private func arrived(_ answer: XMLText) async throws(Fault) {
        var (status, id) = (answer["Status"], answer["Id"]?.split(separator: "/").last.map(String.init))
        for _ in 0..<Self.mostLooks where status != "INSYNC" {
            guard let known = id, (try? await Task.sleep(for: .milliseconds(pauseMilliseconds))) != nil else { break }
            do throws(Fault) {
                status = try await send(.get, "change/\(URLText.encoded(known))")["Status"]
            } catch {
                // The change is made: what is not known is only how far it has got.
                if !error.kind.mayPass { id = nil }
            }
        }
        guard status == "INSYNC" else {
            throw Fault(
                .uncertain, "Route 53 took the change, and it is not known to be at all its servers", at: place,
                next: "Look again; the key needs route53:GetChange.")
        }
    }

    private func send(_ method: HTTPRequest.Method, _ path: String, _ body: String? = nil) async throws(Fault)
        -> XMLText
    {
        let credentials = try AWSCredentials(hosted.keys, from: secrets, at: place)
        let request = HTTPRequest(
            method, "\(hosted.url)/2013-04-01/\(path)", headers: body == nil ? [:] : ["Content-Type": "text/xml"],
            body: body.map { Data($0.utf8) },
            limits: HTTPLimits(totalMilliseconds: 15_000, connectMilliseconds: 3_000, bodyBytes: 4 * 1024 * 1024),
            security: try .trusting(hosted.caCertificate, key: "dns.caCertificate", at: place))
        let signature = RequestSignature(credentials: credentials, region: hosted.region, service: "route53")
        let answer = try await transport.send(request.signed(with: signature))
        guard answer.status == 200 else { throw Route53Faults(place: place, hosted: hosted).fault(answer) }
        return XMLText(answer.body)
    }

    private var place: String { "zone \(zone) at Route 53, \(hosted.id)" }
}
