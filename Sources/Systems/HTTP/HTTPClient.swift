package import FailoverModel
import Foundation
import Synchronization

/// HTTP/1.1 over libcurl: no redirects, verified TLS, a deadline for everything, cancellable at once.
///
/// Each transfer has a lane: a curl handle with its connections and a serial queue of its own, so nothing blocks a
/// cooperative thread. Lanes are kept, so reads use a connection again.
package final class HTTPClient: HTTPTransport {
    private let idle = Mutex<[CurlLane]>([])
    private static let idleLanesKept = 8

    package init() {}

    /// Answers of any status are returned; a `Fault` means that there is no complete answer.
    ///
    /// `.unreachable` where nothing was sent or the method only reads, `.uncertain` where the request may have taken
    /// effect, `.invalid` for certificates and answers that cannot be right, `.forbidden` where our certificate is refused.
    package func send(_ request: HTTPRequest) async throws(Fault) -> HTTPResponse {
        let target = try HTTPTarget(request)
        guard !Task.isCancelled else {
            throw Fault(
                .unreachable, "the request was cancelled before it was sent", at: target.hostAndPort,
                next: "Run it again.")
        }
        guard let lane = takeLane() else {
            throw Fault(
                .unavailable, "libcurl gave no handle", at: target.hostAndPort, next: "Free memory, then try again.")
        }
        let cancellation = CurlCancellation()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                lane.start(request, target, cancellation) { continuation.resume(returning: $0) }
            }
        } onCancel: {
            cancellation.cancel()
        }
        idle.withLock { if $0.count < Self.idleLanesKept { $0.append(lane) } }
        return try result.get()
    }

    private func takeLane() -> CurlLane? { idle.withLock { $0.popLast() } ?? CurlLane() }
}
