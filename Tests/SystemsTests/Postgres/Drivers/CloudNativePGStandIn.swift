import FailoverModel
import Foundation
import HandoverTestSupport

@testable import Systems

/// `Cluster` objects of three sites, and a controller that does to a trio's real servers what CloudNativePG would.
///
/// No operator can run here. What it does and when is read from cloudnative-pg: a demotion stops the server in order and
/// leaves a token, a promotion with a token checks it and waits where it does not fit yet, a fence stops the server.
actor CloudNativePGStandIn: HTTPTransport {
    private let trio: PostgresTrio
    private var objects: [String: JSONValue] = [:]
    private var work: Task<Void, Never>?
    private(set) var patches: [String] = []
    /// What could not be done; tests expect none.
    private(set) var failures: [String] = []
    /// Sites whose API server does not answer.
    var away: Set<String> = []

    init(_ trio: PostgresTrio) {
        self.trio = trio
        for site in PostgresTrio.sites {
            objects[site] = [
                "metadata": ["name": .string("pg-\(site)"), "uid": .string("uid-\(site)"), "annotations": [:]],
                "spec": [
                    "replica": ["primary": "pg-dc1", "source": site == "dc1" ? "pg-dc2" : "pg-dc1"],
                    "externalClusters": .array(PostgresTrio.sites.map { ["name": .string("pg-\($0)")] }),
                ],
                "status": ["phase": "Cluster in healthy state", "currentPrimary": .string("pg-\(site)-1")],
            ]
        }
    }

    func setAway(_ sites: Set<String>) { away = sites }
    func object(_ site: String) -> JSONValue { objects[site] ?? .null }
    func change(_ site: String, _ patch: JSONValue) { objects[site] = Self.merge(object(site), patch) }

    func send(_ request: HTTPRequest) async throws(Fault) -> HTTPResponse {
        let target = try HTTPTarget(request)
        guard let site = PostgresTrio.sites.first(where: { request.url.contains("//\($0).") }), !away.contains(site)
        else {
            throw Fault(.unreachable, "the connection was refused", at: target.hostAndPort, next: "Start it.")
        }
        let path = String(target.rest.prefix { $0 != "?" })
        guard path == "/apis/postgresql.cnpg.io/v1/namespaces/databases/clusters/pg-\(site)" else {
            return HTTPResponse(status: 404, body: Data(#"{"kind":"Status","reason":"NotFound"}"#.utf8))
        }
        if request.method == .patch, let body = request.body {
            let patch = try JSONValue(decoding: body, at: "stand-in")
            patches.append("\(site) \(patch)")
            let before = CloudNativePGSight(object: object(site))
            objects[site] = Self.merge(object(site), patch)
            follow(site, before, after: work)
        }
        return HTTPResponse(status: 200, body: try object(site).encoded(at: "stand-in"))
    }

    /// In rounds of its own, as an operator: the patch is answered before anything has happened.
    private func follow(_ site: String, _ before: CloudNativePGSight, after earlier: Task<Void, Never>?) {
        work = Task {
            await earlier?.value
            do { try await reconcile(site, before) } catch { failures.append("\(site): \(error)") }
        }
    }

    private func reconcile(_ site: String, _ before: CloudNativePGSight) async throws {
        let now = CloudNativePGSight(object: object(site))
        if now.isFenced, !before.isFenced { return try await trio.stop(site) }
        if before.isFenced, !now.isFenced { try await trio.start(site) }
        switch (before.isReplica, now.isReplica) {
        case (false, true): try await demote(site, now)
        case (true, false): try await promote(site, now)
        case (true, true) where before.source != now.source:
            try await trio.stop(site, mode: "fast")
            try await trio.demote(site, under: Self.site(now.source))
            try await trio.start(site)
        case (true, true), (false, false): break
        }
    }

    private func demote(_ site: String, _ now: CloudNativePGSight) async throws {
        setStatus(site, ["phase": "Switchover in progress", "switchReplicaClusterStatus": ["inProgress": true]])
        try await trio.stop(site, mode: "fast")
        let control = try await trio.controlData(site)
        let content: JSONValue = [
            "latestCheckpointTimelineID": JSONValue(control["Latest checkpoint's TimeLineID"]),
            "redoWalFile": JSONValue(control["Latest checkpoint's REDO WAL file"]),
            "databaseSystemIdentifier": JSONValue(control["Database system identifier"]),
            "latestCheckpointREDOLocation": JSONValue(control["Latest checkpoint's REDO location"]),
            "timeOfLatestCheckpoint": JSONValue(control["Time of latest checkpoint"]), "operatorVersion": "1.27.0",
        ]
        try await trio.demote(site, under: Self.site(now.source))
        try await trio.start(site)
        let token = try content.encoded(at: "stand-in").base64EncodedString()
        setStatus(
            site,
            [
                "phase": "Cluster in healthy state", "demotionToken": .string(token),
                "switchReplicaClusterStatus": ["inProgress": false],
            ])
    }

    private func promote(_ site: String, _ now: CloudNativePGSight) async throws {
        if let token = now.promotionToken {
            guard let content = PromotionToken(token) else { throw TrioFailure("no token") }
            // As the instance manager: a restartpoint, then the control file must say what the token says.
            let check = """
                SELECT redo_lsn = '\(content.redo)' AND timeline_id = \(content.timeline) FROM pg_control_checkpoint()
                """
            for _ in 0..<200 {
                try await trio.sql(site, "CHECKPOINT")
                if try await trio.sql(site, check) == "t" { break }
                try await Task.sleep(for: .milliseconds(50))
            }
            guard try await trio.sql(site, check) == "t" else { throw TrioFailure("the token never fitted") }
        }
        try await trio.sql(site, "SELECT pg_promote()")
        setStatus(site, ["lastPromotionToken": JSONValue(now.promotionToken), "demotionToken": .null])
    }

    private func setStatus(_ site: String, _ status: JSONValue) {
        objects[site] = Self.merge(object(site), ["status": status])
    }

    private static func site(_ cluster: String?) -> String { String((cluster ?? "pg-dc1").dropFirst(3)) }

    /// RFC 7386.
    private static func merge(_ target: JSONValue, _ patch: JSONValue) -> JSONValue {
        guard let changes = patch.fields else { return patch }
        var fields = target.fields ?? [:]
        for (key, value) in changes { fields[key] = value.isNull ? nil : merge(fields[key] ?? .null, value) }
        return .object(fields)
    }
}
