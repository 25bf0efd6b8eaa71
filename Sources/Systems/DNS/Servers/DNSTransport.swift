import Dispatch
package import FailoverModel

/// Carries DNS messages to a server and its answers back.
package protocol DNSTransport: Sendable {
    /// The answer to each message, in their order.
    ///
    /// `.unreachable` where there is no complete answer and nothing can have changed, `.uncertain` where a message that
    /// changes something was sent whole.
    func answers(
        to messages: [[UInt8]], from server: DNSZone.Server, effect: DNSEffect
    ) async throws(Fault) -> [[UInt8]]
}

/// Whether a message only asks.
package enum DNSEffect: Sendable {
    case reads
    case changes
}

/// How long a server is waited for.
package struct DNSLimits: Equatable, Sendable {
    package var connectMilliseconds: Int
    /// From the start until the last byte of the last answer.
    package var totalMilliseconds: Int

    package init(connectMilliseconds: Int = 3000, totalMilliseconds: Int = 10_000) {
        self.connectMilliseconds = connectMilliseconds
        self.totalMilliseconds = totalMilliseconds
    }
}

/// DNS over TCP (RFC 7766), which every authoritative server speaks: answers are never cut short, and cannot be
/// forged by somebody who only sends.
package struct TCPTransport: DNSTransport {
    private let limits: DNSLimits

    package init(limits: DNSLimits = DNSLimits()) { self.limits = limits }

    package func answers(
        to messages: [[UInt8]], from server: DNSZone.Server, effect: DNSEffect
    ) async throws(Fault) -> [[UInt8]] {
        let wake = WakeSignal()
        let conversation = TCPConversation(server: server, effect: effect, wake: wake, limits: limits)
        // A serial queue has a thread of its own when it needs one, so a silent server never starves other work.
        let queue = DispatchQueue(label: "handover.dns")
        let result: Result<[[UInt8]], Fault> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                queue.async {
                    do throws(Fault) {
                        continuation.resume(returning: .success(try conversation.answers(to: messages)))
                    } catch {
                        continuation.resume(returning: .failure(error))
                    }
                }
            }
        } onCancel: {
            wake.fire()
        }
        return try result.get()
    }
}
