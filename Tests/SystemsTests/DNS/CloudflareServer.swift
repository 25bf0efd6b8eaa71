import FailoverModel
import Foundation
import Glibc
import Synchronization

@testable import Systems

/// A server that answers like Cloudflare's API for one zone, as its documentation has it and as its users quote it
/// (developers.cloudflare.com/api/resources/dns). Each connection carries one request.
final class CloudflareServer: Sendable {
    static let zoneID = "023e105f4ecef8ad9ca31a8372d0c353"
    static let token = "token-that-nobody-may-see-0815"

    struct Record: Equatable, Sendable {
        var name: String
        var type: String
        var content: String
        var ttl: Int64
        var proxied = false
        var comment: String?
        var settings: JSONValue = [:]
    }

    struct Answer: Sendable {
        var status = 200
        var headers: [String: String] = [:]
        var body: JSONValue
        /// Sent in the body's place.
        var text: String?
    }

    private struct State {
        var records: [(id: String, record: Record)] = []
        var made: Int64 = 0
        var seen: [RawRequest] = []
    }

    private let listener: Listener
    private let state = Mutex(State())
    private let zone: String
    private let pageSize: Int
    private let instead: @Sendable (RawRequest) -> Answer?

    var port: UInt16 { listener.port }
    var url: String { "http://127.0.0.1:\(port)" }
    var records: [Record] { state.withLock { $0.records.map(\.record) } }
    var ids: [String] { state.withLock { $0.records.map(\.id) } }
    var seen: [RawRequest] { state.withLock(\.seen) }
    var batches: [JSONValue] {
        seen.filter { $0.method == "POST" }.compactMap { try? JSONValue(decoding: $0.body, at: "test") }
    }

    /// The names of every DNS test, unproxied, with an automatic TTL at one of them.
    static let usual = [
        Record(name: "matrix.ess.test", type: "A", content: "192.0.2.10", ttl: 300),
        Record(name: "element.ess.test", type: "A", content: "192.0.2.11", ttl: 1),
        Record(name: "element.ess.test", type: "AAAA", content: "2001:db8::11", ttl: 300),
        Record(name: "element.ess.test", type: "TXT", content: "\"hello\"", ttl: 300),
        Record(name: "other.ess.test", type: "A", content: "192.0.2.99", ttl: 300),
    ]

    /// - Parameter instead: An answer to give in the usual one's place.
    init(
        _ records: [Record] = usual, zone: String = "ess.test", pageSize: Int = 100,
        instead: @escaping @Sendable (RawRequest) -> Answer? = { _ in nil }
    ) throws {
        listener = try Listener()
        (self.zone, self.pageSize, self.instead) = (zone, pageSize, instead)
        for record in records { add(record) }
        Thread.detachNewThread { [self] in
            while true {
                let connection = accept(listener.descriptor, nil, nil)
                guard connection >= 0 else { return }
                serve(connection)
                close(connection)
            }
        }
    }

    func shut() { listener.shut() }

    func add(_ record: Record) { state.withLock { Self.add(record, &$0) } }

    private static func add(_ record: Record, _ state: inout State) {
        state.made += 1
        state.records.append(("id\(state.made)", record))
    }

    private func serve(_ connection: Int32) {
        var bytes = Data()
        while RawRequest(bytes) == nil {
            let more = Listener.receive(65_536, 0, connection)
            guard !more.isEmpty else { return }
            bytes += more
        }
        guard let request = RawRequest(bytes) else { return }
        let given = instead(request) ?? answer(request)
        state.withLock { $0.seen.append(request) }
        let body = given.text.map { Array($0.utf8) } ?? Array((try? given.body.encoded(at: "test")) ?? Data())
        var head = "HTTP/1.1 \(given.status) Said\r\nContent-Length: \(body.count)\r\nConnection: close\r\n"
        for (name, value) in given.headers { head += "\(name): \(value)\r\n" }
        let whole = Array((head + "\r\n").utf8) + body
        _ = whole.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }

    static func refusal(_ status: Int, _ code: Int64, _ message: String, chain: [JSONValue] = []) -> Answer {
        var error: [String: JSONValue] = ["code": .integer(code), "message": .string(message)]
        if !chain.isEmpty { error["error_chain"] = .array(chain) }
        return Answer(
            status: status,
            body: ["success": false, "errors": [.object(error)], "messages": [], "result": nil])
    }

    private func answer(_ request: RawRequest) -> Answer {
        guard request.header("authorization") == "Bearer \(Self.token)" else {
            return Self.refusal(403, 10000, "Authentication error")
        }
        let base = "/client/v4/zones/\(Self.zoneID)"
        switch (request.method, request.path) {
        case ("GET", base): return Self.yes(["id": .string(Self.zoneID), "name": .string(zone)])
        case ("GET", base + "/dns_records"): return list(request)
        case ("POST", base + "/dns_records/batch"): return batch(request)
        default:
            return Self.refusal(
                400, 7003, "Could not route to \(request.path), perhaps your object identifier is invalid?")
        }
    }

    private static func yes(_ result: JSONValue, _ info: JSONValue = nil) -> Answer {
        Answer(body: ["success": true, "errors": [], "messages": [], "result": result, "result_info": info])
    }

    private func list(_ request: RawRequest) -> Answer {
        let query = Dictionary(
            request.query.split(separator: "&").map { $0.split(separator: "=").map(String.init) }
                .map { ($0[0], $0.count > 1 ? $0[1] : "") }, uniquingKeysWith: { first, _ in first })
        let all = state.withLock { $0.records }.filter { $0.record.name == query["name.exact"] }
        let (page, size) = (Int(query["page"] ?? "") ?? 1, min(pageSize, Int(query["per_page"] ?? "") ?? 100))
        let shown = all.dropFirst((page - 1) * size).prefix(size).map { id, record -> JSONValue in
            [
                "id": .string(id), "name": .string(record.name), "type": .string(record.type),
                "content": .string(record.content), "ttl": .integer(record.ttl), "proxied": .bool(record.proxied),
                "comment": JSONValue(record.comment), "tags": [], "settings": record.settings,
            ]
        }
        let pages = (all.count + size - 1) / size
        return Self.yes(.array(Array(shown)), ["page": .integer(Int64(page)), "total_pages": .integer(Int64(pages))])
    }

    /// All or nothing, in the order that is documented.
    private func batch(_ request: RawRequest) -> Answer {
        guard let body = try? JSONValue(decoding: request.body, at: "test") else {
            return Self.refusal(400, 9207, "Request body is invalid.")
        }
        return state.withLock { state in
            var next = state
            for item in body["deletes"]?.elements ?? [] {
                let index = next.records.firstIndex { $0.id == item["id"]?.text }
                guard let index else { return Self.refusal(404, 81044, "Record does not exist.") }
                next.records.remove(at: index)
            }
            for item in body["patches"]?.elements ?? [] {
                let index = next.records.firstIndex { $0.id == item["id"]?.text }
                guard let index else { return Self.refusal(404, 81044, "Record does not exist.") }
                next.records[index].record = Self.record(item, over: next.records[index].record)
            }
            for item in body["posts"]?.elements ?? [] {
                let new = Self.record(item, over: Record(name: "", type: "", content: "", ttl: 1))
                if let refusal = Self.conflict(new, next) { return refusal }
                Self.add(new, &next)
            }
            state.records = next.records
            state.made = next.made
            return Self.yes([:])
        }
    }

    private static func conflict(_ new: Record, _ state: State) -> Answer? {
        let kinds = ["A", "AAAA", "CNAME"]
        let own = state.records.map(\.record).filter { $0.name == new.name && kinds.contains($0.type) }
        if own.contains(where: { $0.type == new.type && $0.content == new.content }) {
            return refusal(400, 81058, "An identical record already exists.")
        }
        if new.type == "CNAME", !own.isEmpty {
            return refusal(400, 81053, "An A, AAAA, or CNAME record with that host already exists.")
        }
        if own.contains(where: { $0.type == "CNAME" }) {
            return refusal(400, 81054, "A CNAME record with that host already exists.")
        }
        return nil
    }

    private static func record(_ item: JSONValue, over old: Record) -> Record {
        Record(
            name: item["name"]?.text ?? old.name, type: item["type"]?.text ?? old.type,
            content: item["content"]?.text ?? old.content, ttl: item["ttl"]?.integer ?? old.ttl,
            proxied: item["proxied"]?.flag ?? old.proxied, comment: item["comment"]?.text ?? old.comment,
            settings: old.settings)
    }
}
