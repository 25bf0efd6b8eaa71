import Hummingbird
import NIOCore
import NIOSSL

extension KubernetesHTTPFront {
    /// Closes the connection under TLS, without its goodbye, as a cut cable or a killed server does.
    static func cut(_ channel: any Channel) {
        channel.eventLoop.execute {
            let context = try? channel.pipeline.syncOperations.context(handlerType: NIOSSLHandler.self)
            context?.close(mode: .all, promise: nil)
        }
    }

    /// Sends the lines of a watch until its time is over or the client is gone.
    @concurrent static func stream(
        _ watch: ObjectWatch, isCut: Bool, channel: any Channel, to writer: inout any ResponseBodyWriter
    ) async throws {
        var lines = WatchLines()
        let first = watch.firstLines(&lines)
        guard let changes = watch.changes else { return try await writer.write(ByteBuffer(bytes: first)) }
        defer { changes.stop() }
        if isCut {
            try await writer.write(ByteBuffer(bytes: first.prefix(first.count / 2)))
            cut(channel)
            throw CutKubernetesConnection()
        }
        if !first.isEmpty { try await writer.write(ByteBuffer(bytes: first)) }
        // A client that goes away while nothing happens must end its watch, not only at the next change.
        try await channel.setOption(ChannelOptions.allowRemoteHalfClosure, value: false).get()
        let end = channel.eventLoop.scheduleTask(in: .seconds(watch.timeoutSeconds)) { changes.stop() }
        defer { end.cancel() }
        channel.closeFuture.whenComplete { _ in changes.stop() }
        for await event in changes.stream {
            let line = lines.lines(for: event, of: watch)
            if !line.isEmpty { try await writer.write(ByteBuffer(bytes: line)) }
        }
    }
}

/// Ends an answer in its middle.
struct CutKubernetesConnection: Error {}
