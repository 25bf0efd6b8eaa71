import NIOCore
import NIOPosix

/// The TCP port of a site's SFU, open for as long as the SFU has a ready pod.
struct StandInSFU: Sendable {
    var port: Int

    /// Opens and closes the port as `isWanted` says; closes it when cancelled.
    func run(isWanted: @Sendable () async -> Bool) async throws {
        var channel: (any Channel)?
        while !Task.isCancelled {
            switch (await isWanted(), channel) {
            case (true, nil): channel = try? await listen()
            case (false, let open?):
                try? await open.close()
                channel = nil
            default: break
            }
            try? await Task.sleep(for: .milliseconds(100))
        }
        try? await channel?.close()
    }

    private func listen() async throws -> any Channel {
        try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(ChannelOptions.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { $0.close() }
            .bind(host: "127.0.0.1", port: port).get()
    }
}
