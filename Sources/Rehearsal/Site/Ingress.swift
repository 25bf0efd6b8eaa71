import FailoverModel
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Systems

/// The stand-in for what is behind a site's ingress: it serves only while Synapse runs and its database takes writes.
///
/// Synapse's own `/health` answers 200 with the database stopped, so nothing less than a write proves a site.
struct Ingress: Sendable {
    var site: String
    var port: Int
    var database: PostgresSite
    /// How many ready replicas the site's Synapse has now.
    var readySynapse: @Sendable () async -> Int
    /// Whether the network lets its pods reach the database.
    var mayConnect: @Sendable () async -> Bool
    /// The real Synapse behind it; without it there is a stand-in.
    var synapse: SynapseProxy?

    /// How long the probe's write may take: one that waits for a lost synchronous standby counts as none.
    private static let writeLimit: Duration = .milliseconds(1500)

    func run() async throws {
        let router = Router()
        router.get("/") { _, _ in json(.ok, ["site": site]) }
        if let synapse {
            for method: HTTPRequest.Method in [.get, .post, .put, .delete] {
                router.on("/**", method: method) { request, _ in try await synapse.respond(to: request) }
            }
        } else {
            router.get("/_matrix/client/versions") { _, _ in await versions() }
        }
        var logger = Logger(label: "rehearsal.ingress")
        logger.logLevel = .warning
        let application = Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port), serverName: nil),
            logger: logger)
        try await application.run()
    }

    private func versions() async -> Response {
        guard await readySynapse() > 0 else {
            return json(.serviceUnavailable, ["site": site, "reason": "Synapse has no ready replica"])
        }
        guard await mayConnect() else {
            return json(
                .serviceUnavailable, ["site": site, "reason": "a NetworkPolicy keeps Synapse from its database"])
        }
        do {
            try await write()
        } catch {
            return json(.serviceUnavailable, ["site": site, "reason": "the database takes no writes: \(error)"])
        }
        let body = #"{"versions":["v1.1","v1.11","v1.15"],"unstable_features":{},"site":"\#(site)"}"# + "\n"
        return response(.ok, body)
    }

    private func write() async throws {
        let session = try await database.connect(
            as: "synapse", database: "synapse", limit: Self.writeLimit, applicationName: "ess-synapse-main-0")
        defer { session.close() }
        // Our sessions do not wait for standbys unless asked to; Synapse's do.
        try await session.query("SET synchronous_commit = on", within: Self.writeLimit)
        let isSafe = try await session.confirm(
            """
            INSERT INTO ingress_probe VALUES ($1, clock_timestamp())
            ON CONFLICT (site) DO UPDATE SET at = excluded.at
            """, [site], within: Self.writeLimit)
        guard isSafe else {
            throw Fault(
                .unavailable, "no standby confirmed the write within \(Self.writeLimit)", at: "\(site)/main",
                next: "See synchronous_standby_names and pg_stat_replication")
        }
    }

    private func json(_ status: HTTPResponse.Status, _ fields: [String: String]) -> Response {
        response(status, APIValue.texts(fields).json + "\n")
    }

    private func response(_ status: HTTPResponse.Status, _ body: String) -> Response {
        Response(
            status: status, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: body)))
    }
}
