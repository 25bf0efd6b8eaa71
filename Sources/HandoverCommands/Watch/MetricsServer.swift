import FailoverModel
import Hummingbird
import Logging
import Synchronization

/// Gives the last round's metrics to whoever asks for `/metrics`, over plain HTTP and without a password: it tells names
/// of sites and checks, and belongs on loopback or in a network of its own.
final class MetricsServer: Sendable {
    private let last = Mutex("")

    func show(_ text: MetricsText) { last.withLock { $0 = text.text } }

    /// Serves until the task is cancelled; throws where the address cannot be had.
    func run(on address: Address) async throws {
        let router = Router()
        router.get("metrics") { [self] _, _ in
            Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: last.withLock(\.self))))
        }
        var logger = Logger(label: "handover.metrics")
        logger.logLevel = .critical
        let application = Application(
            router: router,
            configuration: ApplicationConfiguration(
                address: .hostname(address.host, port: address.port), serverName: nil),
            logger: logger)
        do { try await application.run() } catch {
            throw Fault(
                .invalid, "metrics cannot be served on \(address.host):\(address.port)", at: "handover watch",
                next: "See whether another program has the port, and whether the address is this machine's")
        }
    }

    /// `HOST:PORT`.
    struct Address: Equatable, Sendable {
        var host: String
        var port: Int

        init?(_ text: String) {
            guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
                (1...65_535).contains(port)
            else { return nil }
            var host = text[..<colon]
            if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
            guard !host.isEmpty, !host.contains(where: \.isWhitespace) else { return nil }
            self.host = String(host)
            self.port = port
        }
    }
}
