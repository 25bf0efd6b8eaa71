import FailoverModel

/// Changes a zone by Cloudflare's API (developers.cloudflare.com/api/resources/dns, version 4).
struct CloudflareWriter: ZoneWriter {
    /// What a TTL of 1 means.
    static let automaticSeconds: Int64 = 300
    private static let pageSize = 100
    private static let mostPages: Int64 = 50

    let zone: String
    let hosted: DNSZone.CloudflareZone
    let secrets: any SecretSource
    let transport: any HTTPTransport

    func look(at names: [String]) async throws(Fault) -> NameServer.Answer {
        NameServer.Answer(sets: try await records(at: names).sets(place: place))
    }

    /// One batch, which Cloudflare carries out as a whole or not at all; its own servers then get the records one by one.
    /// There are no prerequisites, so the records are compared immediately before.
    func write(_ change: ZoneChange) async throws(Fault) {
        let names = change.names
        guard !names.isEmpty else { return }
        let seen = try await records(at: names)
        guard try seen.sets(place: place).isSame(as: change.found.filter { names.contains($0.name) }) else {
            throw Fault(
                .conflict, "a record is not as it was found a moment ago, so nothing was changed", at: place,
                next: "Look again: somebody else changed it.")
        }
        _ = try await send(.post, "/dns_records/batch", CloudflareBatch(change, records: seen).body)
    }

    /// The records of our types at the names. First that the id is of this zone: to a name that is not in the zone,
    /// Cloudflare would add the zone's.
    private func records(at names: [String]) async throws(Fault) -> [CloudflareRecord] {
        let held = try await send(.get, "")["result"]?["name"]?.text.flatMap { DNSName($0)?.description }
        guard held == zone else {
            throw Fault(
                .rejected, "the zone \(hosted.id) is \((held ?? "unknown").onOneLine(limit: 80)), not \(zone)",
                at: place, next: "Correct \"zoneID\" or \"zone\" in the topology.")
        }
        var records: [CloudflareRecord] = []
        for name in names { records += try await self.records(at: name) }
        return records
    }

    private func records(at name: String) async throws(Fault) -> [CloudflareRecord] {
        var records: [CloudflareRecord] = []
        var (page, pages) = (Int64(1), Int64(1))
        repeat {
            let query = URLText.query(["name.exact": name, "page": "\(page)", "per_page": "\(Self.pageSize)"])
            let answer = try await send(.get, "/dns_records\(query)")
            guard let items = answer["result"]?.elements, let total = answer["result_info"]?["total_pages"]?.integer
            else {
                throw Fault(
                    .invalid, "the answer is not a list of records", at: place,
                    next: "Check what answers at \"url\" in the topology.")
            }
            for item in items {
                if let record = try CloudflareRecord(item, at: [name], place: place) { records.append(record) }
            }
            (page, pages) = (page + 1, total)
        } while page <= min(pages, Self.mostPages)
        guard pages <= Self.mostPages else {
            throw Fault(
                .rejected, "\(name) has more records than can be looked at", at: place,
                next: "Move this name by other means.")
        }
        return records
    }

    private func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: JSONValue? = nil
    ) async throws(Fault) -> JSONValue {
        let token = try secrets.value(of: hosted.token)
        var headers: HTTPHeaders = [
            "Authorization": "Bearer \(token.reveal())", "Accept": "application/json", "User-Agent": "handover",
        ]
        if body != nil { headers.add("Content-Type", "application/json") }
        let request = HTTPRequest(
            method, "\(hosted.url)/client/v4/zones/\(hosted.id)\(path)", headers: headers,
            body: try body?.encoded(at: place),
            limits: HTTPLimits(totalMilliseconds: 15_000, connectMilliseconds: 3_000, bodyBytes: 4 * 1024 * 1024),
            security: try .trusting(hosted.caCertificate, key: "dns.caCertificate", at: place))
        let faults = CloudflareFaults(place: place, zone: hosted.id, token: token, isChange: !method.isSafe)
        return try faults.document(of: try await transport.send(request))
    }

    private var place: String { "zone \(zone) at Cloudflare" }
}
