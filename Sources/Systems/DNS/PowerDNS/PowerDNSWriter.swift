import FailoverModel
import Foundation

/// Changes a zone by the HTTP API of PowerDNS (doc.powerdns.com/authoritative/http-api).
struct PowerDNSWriter: ZoneWriter {
    let zone: String
    let server: DNSZone.PowerDNSServer
    let secrets: any SecretSource
    let transport: any HTTPTransport

    func look(at names: [String]) async throws(Fault) -> NameServer.Answer {
        var sets: [DNSRecordSet] = []
        // The whole zone: asked for single names (rrset_name), PowerDNS leaves disabled records out.
        let answer = try await send(.get, nil)
        for item in answer["rrsets"]?.elements ?? [] {
            guard let name = item["name"]?.text.flatMap({ DNSName($0)?.description }), names.contains(name),
                let type = item["type"]?.text.flatMap(DNSRecordType.init(rawValue:))
            else { continue }
            sets.append(try set(item, name, type))
        }
        return NameServer.Answer(sets: sets)
    }

    /// The API has no prerequisites, so the records are compared immediately before; all sets go in one PATCH, which
    /// PowerDNS carries out in one transaction.
    func write(_ change: ZoneChange) async throws(Fault) {
        let names = change.names
        guard !names.isEmpty else { return }
        let seen = try await look(at: names).sets
        guard seen.isSame(as: change.found.filter { names.contains($0.name) }) else {
            throw Fault(
                .conflict, "a record is not as it was found a moment ago, so nothing was changed", at: place,
                next: "Look again: somebody else changed it.")
        }
        let gone = change.removed.filter { change.wanted.set($0.name, $0.type) == nil }
        let items = gone.map { item($0, "DELETE", []) } + change.added.map { item($0, "REPLACE", $0.values) }
        _ = try await send(.patch, ["rrsets": .array(items)])
    }

    private func item(_ set: DNSRecordSet, _ change: String, _ values: [String]) -> JSONValue {
        [
            "name": .string("\(set.name)."), "type": .string(set.type.rawValue), "ttl": .integer(set.ttlSeconds),
            "changetype": .string(change),
            "records": .array(
                values.map { ["content": .string(set.type == .alias ? "\($0)." : $0), "disabled": false] }),
        ]
    }

    /// A set of the API's answer.
    private func set(_ item: JSONValue, _ name: String, _ type: DNSRecordType) throws(Fault) -> DNSRecordSet {
        let records = item["records"]?.elements ?? []
        let values = records.compactMap { $0["content"]?.text.flatMap(type.canonical) }
        guard let ttl = item["ttl"]?.integer, values.count == records.count else {
            throw Fault(
                .invalid, "the \(type.rawValue) records of \(name) cannot be understood",
                at: place,
                next: "Look at them with \"pdnsutil list-zone\".")
        }
        guard !records.contains(where: { $0["disabled"]?.flag == true }) else {
            throw Fault(
                .rejected, "\(name) has a disabled \(type.rawValue) record, which would be lost",
                at: place, next: "Delete the disabled record, or enable it.")
        }
        return DNSRecordSet(name, type, values, ttlSeconds: ttl)
    }

    private func send(_ method: HTTPRequest.Method, _ body: JSONValue?) async throws(Fault)
        -> JSONValue
    {
        let key = try secrets.value(of: server.key)
        var headers: HTTPHeaders = ["X-API-Key": key.reveal(), "Accept": "application/json", "User-Agent": "handover"]
        if body != nil { headers.add("Content-Type", "application/json") }
        let request = HTTPRequest(
            method, "\(server.url)/api/v1/servers/\(server.serverID)/zones/\(zone).", headers: headers,
            body: try body?.encoded(at: place),
            limits: HTTPLimits(totalMilliseconds: 15_000, connectMilliseconds: 3_000),
            security: try .trusting(server.caCertificate, key: "dns.caCertificate", at: place))
        let response = try await transport.send(request)
        guard (200..<300).contains(response.status) else {
            throw PowerDNSFaults(place: place, zone: zone, key: key).fault(response)
        }
        return response.body.isEmpty ? .null : try JSONValue(decoding: response.body, at: place)
    }

    private var place: String { "zone \(zone) at PowerDNS, \(server.url)" }
}
