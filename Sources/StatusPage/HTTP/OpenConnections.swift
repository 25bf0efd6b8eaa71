import NIOCore
import Synchronization

/// How many connections there may be at once, and how long each has for its request.
package struct ConnectionLimits: Sendable {
    package var most: Int
    /// From the connection's beginning, or the last answer's end, to the end of the next request.
    package var requestMilliseconds: Int64

    /// Streams stay open, so they leave room for those who come and go.
    var mostStreams: Int { most * 4 / 5 }

    package init(most: Int, requestMilliseconds: Int64 = 10_000) {
        self.most = most
        self.requestMilliseconds = requestMilliseconds
    }

    /// As many as this process may have descriptors, less those that the journal and the program itself need.
    package static var ofThisProcess: ConnectionLimits {
        ConnectionLimits(most: max(16, min(1000, OpenFiles.limit - 96)))
    }
}

/// The connections that are open. Everybody is let in: where there is no room left, the one goes that has waited longest
/// without having asked for anything, so that a thousand who send a byte now and then keep nobody out.
final class OpenConnections: Sendable {
    private enum Phase { case asking, answered, following }

    private struct Seat {
        var channel: any Channel
        var phase = Phase.asking
        var since = ContinuousClock.now

        mutating func turn(to phase: Phase) { (self.phase, since) = (phase, .now) }
    }

    let limits: ConnectionLimits
    private let seats = Mutex<[ObjectIdentifier: Seat]>([:])

    init(_ limits: ConnectionLimits) { self.limits = limits }

    func enter(_ channel: any Channel) {
        let leaving = seats.withLock { seats in
            defer { seats[ObjectIdentifier(channel)] = Seat(channel: channel) }
            guard seats.count >= limits.most else { return nil as (any Channel)? }
            let oldest = Self.oldest(seats, .asking) ?? Self.oldest(seats, .answered)
            return oldest.flatMap { seats.removeValue(forKey: $0)?.channel }
        }
        leaving.map(Self.end)
    }

    func leave(_ channel: any Channel) { _ = seats.withLock { $0.removeValue(forKey: ObjectIdentifier(channel)) } }

    /// Its request is there as a whole.
    func hasAsked(_ channel: any Channel) { turn(channel, to: .answered) }
    /// It stays, and gets events; false where too many do already.
    func follows(_ channel: any Channel) -> Bool {
        seats.withLock { seats in
            guard seats.values.count(where: { $0.phase == .following }) < limits.mostStreams else { return false }
            seats[ObjectIdentifier(channel)]?.phase = .following
            return true
        }
    }
    /// Its answer is sent; it may ask for more.
    func mayAsk(_ channel: any Channel) { turn(channel, to: .asking) }

    /// Ends those whose request takes too long, again and again until the task is cancelled.
    func watch() async {
        let wait = min(1000, max(1, limits.requestMilliseconds / 4))
        while (try? await Task.sleep(for: .milliseconds(wait))) != nil {
            let latest = ContinuousClock.now - .milliseconds(limits.requestMilliseconds)
            let late = seats.withLock { $0.values.filter { $0.phase == .asking && $0.since < latest }.map(\.channel) }
            late.forEach(Self.end)
        }
    }

    private func turn(_ channel: any Channel, to phase: Phase) {
        // One that was let go gets no seat again.
        seats.withLock { $0[ObjectIdentifier(channel)]?.turn(to: phase) }
    }

    private static func oldest(_ seats: [ObjectIdentifier: Seat], _ phase: Phase) -> ObjectIdentifier? {
        seats.filter { $0.value.phase == phase }.min { $0.value.since < $1.value.since }?.key
    }

    private static func end(_ channel: any Channel) {
        channel.pipeline.fireUserInboundEventTriggered(ConnectionEnd.Now())
    }
}

/// Gives a connection its seat and takes it back.
final class ConnectionSeat: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    private let connections: OpenConnections

    init(_ connections: OpenConnections) { self.connections = connections }

    func handlerAdded(context: ChannelHandlerContext) {
        try? context.pipeline.syncOperations.addHandler(ConnectionEnd(), position: .first)
        connections.enter(context.channel)
    }

    func handlerRemoved(context: ChannelHandlerContext) { connections.leave(context.channel) }
}

/// Ends a connection at once. It stands before TLS, which would take leave of its peer and wait five seconds for an answer.
private final class ConnectionEnd: ChannelInboundHandler {
    typealias InboundIn = NIOAny

    struct Now: Sendable {}

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is Now { context.close(promise: nil) } else { context.fireUserInboundEventTriggered(event) }
    }
}
