import NIOCore
import NIOPosix

/// The tool's way to a site: passes connections on from the ports in the topology to the servers' own ports.
///
/// A process of its own, so that halting it cuts the tool off and nobody else.
package enum RehearsalForwarder {
    /// Serves until the task is cancelled; throws where the directory holds no such site or a port is taken.
    package static func run(directory: String, site name: String) async throws {
        let record = try RehearsalFiles(directory: directory).requireRecord()
        let site = try record.site(named: name)
        try await forward(site.ports.routes)
    }

    private typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    static func forward(_ routes: [(from: Int, to: Int)]) async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        var servers: [(server: NIOAsyncChannel<Connection, Never>, target: Int)] = []
        for route in routes {
            let server = try await ServerBootstrap(group: group)
                .serverChannelOption(ChannelOptions.socketOption(.so_reuseaddr), value: 1)
                .childChannelOption(ChannelOptions.allowRemoteHalfClosure, value: true)
                .bind(host: "127.0.0.1", port: route.from) { channel in wrap(channel) }
            servers.append((server, route.to))
        }
        try await withThrowingDiscardingTaskGroup { tasks in
            for (server, target) in servers {
                tasks.addTask { try await serve(server, target: target) }
            }
        }
    }

    private static func serve(_ server: NIOAsyncChannel<Connection, Never>, target: Int) async throws {
        try await server.executeThenClose { clients in
            try await withThrowingDiscardingTaskGroup { tasks in
                for try await client in clients {
                    tasks.addTask { await join(client, target: target) }
                }
            }
        }
    }

    /// One connection ends with its other half, however that ended; the next is not concerned.
    private static func join(_ client: Connection, target: Int) async {
        try? await client.executeThenClose { fromClient, toClient in
            let server = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .channelOption(ChannelOptions.allowRemoteHalfClosure, value: true)
                .connect(host: "127.0.0.1", port: target) { channel in wrap(channel) }
            try await server.executeThenClose { fromServer, toServer in
                try await withThrowingTaskGroup(of: Void.self) { directions in
                    directions.addTask { try await pass(fromClient, to: toServer) }
                    directions.addTask { try await pass(fromServer, to: toClient) }
                    defer { directions.cancelAll() }
                    while try await directions.next() != nil {}
                }
            }
        }
    }

    private static func pass(
        _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>, to outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) async throws {
        for try await part in inbound { try await outbound.write(part) }
        outbound.finish()
    }

    private static func wrap(_ channel: any Channel) -> EventLoopFuture<Connection> {
        channel.eventLoop.makeCompletedFuture {
            try Connection(
                wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
        }
    }
}
