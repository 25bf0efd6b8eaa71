import FailoverModel
import Glibc
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import JournalStore
import Logging
import NIOCore
package import TimelineReports

/// The status page: follows a journal and shows it to browsers and programs, over HTTP.
package struct PageServer: Sendable {
    private let settings: PageSettings
    private let follower: JournalFollower
    private let front: PageFront
    private let connections: OpenConnections

    /// Reads the journal's states. Throws where it cannot be read, before anything is served.
    ///
    /// `answer` gives a person's answer to a step, as one append or none; it throws a `PageRefusal` where it is not taken.
    package init(
        journal path: String, settings: PageSettings, documents: PageDocuments, zone: LocalZone? = nil,
        patience: EventPatience = EventPatience(), limits: ConnectionLimits = .ofThisProcess,
        answer: @escaping @Sendable (PageAnswer) async throws -> Void
    ) throws {
        self.settings = settings
        follower = try JournalFollower(path: path)
        connections = OpenConnections(limits)
        front = PageFront(
            settings: settings, follower: follower, archive: EventArchive(follower: follower),
            connections: connections, documents: documents, answer: answer,
            overviews: PageMaker(follower: follower, documents: documents, zone: zone),
            runs: PageMaker(follower: follower, documents: documents, zone: zone), patience: patience)
    }

    /// Serves until the task is cancelled; `onReady` gets the port once clients can connect. Throws where the address cannot
    /// be had or a certificate cannot be used.
    package func run(onReady: @escaping @Sendable (Int) async -> Void = { _ in }) async throws {
        let address = settings.address
        var logger = Logger(label: "handover.serve")
        logger.logLevel = .critical
        let tls = try settings.tlsConfiguration()
        let application = Application(
            responder: CallbackResponder { [front] request, context in
                await front.respond(to: request, context: context)
            },
            server: try tls.map { try .tls(.http1(configuration: channels), tlsConfiguration: $0) }
                ?? .http1(configuration: channels),
            configuration: ApplicationConfiguration(
                address: .hostname(address.host, port: address.port), serverName: nil,
                availableConnectionsDelegate: .maximum(connections.limits.most + Self.leaving, logger: logger)),
            onServerRunning: { channel in await onReady(channel.localAddress?.port ?? address.port) }, logger: logger)
        follower.start()
        defer { follower.stop() }
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { [connections] in await connections.watch() }
                group.addTask { try await application.run() }
                defer { group.cancelAll() }
                try await group.next()
            }
        } catch is CancellationError {} catch {
            let reason = (error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(error)"
            throw Fault(
                .invalid, "nothing can be served on \(address.shownHost):\(address.port): \(reason)", at: "--listen",
                next: "See whether another program has the port, and whether the address is this machine's")
        }
    }

    /// How many that were let go may still be closing while others come in.
    private static let leaving = 32

    /// A browser needs a fraction of it.
    private var channels: HTTP1Channel.Configuration {
        HTTP1Channel.Configuration(
            additionalChannelHandlers: [ConnectionSeat(connections)],
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: 16_384, maxHeaderListSize: 32_768, maxHeaderFieldCount: 100))
    }

    /// Lets every client that follows events go, so that nothing holds up the end.
    package func letGo() { follower.stop() }

    /// Why the journal cannot be read any more; `nil`: all is well.
    package var failure: String? { follower.now.failure?.text }
}
