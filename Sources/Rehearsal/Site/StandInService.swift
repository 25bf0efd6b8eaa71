import Crypto
import FailoverModel
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Systems

/// What an ESS answers behind its ingress, host by host: as the real one does, with the database at its mercy.
///
/// Source: the ESS chart 26.8 and Synapse 1.159: with the database stopped or read-only `/health` and most reads still answer
/// 200; what writes, and what looks a token up, answers 500.
struct StandInService: Sendable {
    var site: String
    var database: PostgresSite
    var files: RehearsalFiles
    var workloads: SiteWorkloads
    /// The signing key in the Secret of the site's own cluster.
    var signingKey: @Sendable () async -> String?
    /// The real Synapse behind it; without it there is a stand-in.
    var synapse: SynapseProxy?
    /// What answers for a drill's release at the same ingress, told the real release's host.
    var drill: @Sendable (Request, String) async -> Response = { _, _ in .notFound }

    func respond(to request: Request) async -> Response {
        let host = String((request.head.authority ?? "").prefix { $0 != ":" }).lowercased()
        if host.hasSuffix(".\(ServiceHosts.drillZone)") {
            return await drill(request, host.replacing(ServiceHosts.drillZone, with: RehearsalNames.zone))
        }
        return await respond(to: request, as: host)
    }

    func respond(to request: Request, as host: String) async -> Response {
        let path = request.uri.path
        switch host {
        case ServiceHosts.serverName: return await wellKnown(path, request)
        case ServiceHosts.synapse: return await homeserver(path, request)
        case ServiceHosts.mas: return await accounts(path)
        case ServiceHosts.rtc: return await calls(path, request)
        case ServiceHosts.elementWeb: return await web(path)
        case ServiceHosts.elementAdmin:
            guard await workloads.isReady("Deployment", "ess-element-admin") else { return .nothingBehind }
            return path == "/health" ? .text(.ok, "OK") : .notFound
        default: return .notFound
        }
    }

    // MARK: HAProxy

    private func wellKnown(_ path: String, _ request: Request) async -> Response {
        guard await workloads.isReady("Deployment", StandInRelease.haproxy) else { return .nothingBehind }
        guard request.method == .get || request.method == .head else { return .text(.methodNotAllowed, "") }
        switch path {
        case "/.well-known/matrix/server": return .json(.ok, ["m.server": .string("\(ServiceHosts.synapse):443")])
        case "/.well-known/matrix/client":
            let focus: APIValue = [
                "type": "livekit", "livekit_service_url": .string("https://\(ServiceHosts.rtc)"),
            ]
            return .json(
                .ok,
                [
                    "m.homeserver": ["base_url": .string("https://\(ServiceHosts.synapse)")],
                    "org.matrix.msc4143.rtc_foci": .array([focus]),
                ])
        default: return .text(.movedPermanently, "", headers: [.location: "https://\(ServiceHosts.elementWeb)"])
        }
    }

    private func homeserver(_ path: String, _ request: Request) async -> Response {
        guard await workloads.isReady("Deployment", StandInRelease.haproxy) else { return .nothingBehind }
        if path == "/_synapse/ess/version" {
            return .json(.ok, ["version": .string(StandInChart.version), "edition": "community"])
        }
        guard await workloads.isReady("StatefulSet", StandInRelease.synapse) else {
            return .json(.tooManyRequests, ["errcode": "M_UNKNOWN", "error": "Server is unavailable"])
        }
        if let synapse {
            let answer = try? await synapse.respond(to: request)
            // While its pod is ready and its process is not there yet, HAProxy has no backend either.
            guard let answer, answer.status != .badGateway else {
                return .json(.tooManyRequests, ["errcode": "M_UNKNOWN", "error": "Server is unavailable"])
            }
            return answer
        }
        return await StandInSynapse(service: self).respond(to: request, path)
    }

    // MARK: The others

    private func accounts(_ path: String) async -> Response {
        guard await workloads.isReady("Deployment", "ess-matrix-authentication-service") else { return .nothingBehind }
        guard path == "/.well-known/openid-configuration" else { return .notFound }
        return .json(.ok, Self.issuer)
    }

    static let issuer: APIValue = [
        "issuer": .string("https://\(ServiceHosts.mas)/"),
        "authorization_endpoint": .string("https://\(ServiceHosts.mas)/authorize"),
    ]

    private func calls(_ path: String, _ request: Request) async -> Response {
        let (workload, isAuthorisation) =
            path == "/sfu/get" ? (StandInRelease.rtcAuthorisation, true) : (StandInRelease.sfu, false)
        guard await workloads.isReady("Deployment", workload) else { return .nothingBehind }
        guard isAuthorisation else { return path == "/" ? .text(.ok, "OK") : .notFound }
        return .text(request.method == .post ? .badRequest : .methodNotAllowed, "")
    }

    private func web(_ path: String) async -> Response {
        guard await workloads.isReady("Deployment", "ess-element-web") else { return .nothingBehind }
        switch path {
        case "/health": return .text(.ok, "OK")
        case "/config.json":
            return .json(
                .ok,
                [
                    "default_server_config": [
                        "m.homeserver": [
                            "base_url": .string("https://\(ServiceHosts.synapse)"),
                            "server_name": .string(ServiceHosts.serverName),
                        ]
                    ]
                ])
        default: return .text(.ok, "<!doctype html><title>Element</title>")
        }
    }
}

/// Whether the site's cluster has a ready pod of a workload, and whether the network lets Synapse out.
struct SiteWorkloads: Sendable {
    var ready: @Sendable (_ kind: String, _ name: String) async -> Int
    var mayConnect: @Sendable () async -> Bool

    func isReady(_ kind: String, _ name: String) async -> Bool { await ready(kind, name) > 0 }
}

extension Response {
    static func json(_ status: HTTPResponse.Status, _ value: APIValue) -> Response {
        text(status, value.json, headers: [.contentType: "application/json"])
    }

    static func text(_ status: HTTPResponse.Status, _ text: String, headers: HTTPFields = [:]) -> Response {
        Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    /// What an ingress controller says for a host that it does not know.
    static var notFound: Response { text(.notFound, "default backend - 404") }
    /// And for one behind whose Service no pod is ready.
    static var nothingBehind: Response { text(.serviceUnavailable, "503 Service Temporarily Unavailable") }
}
