import FailoverModel
import Foundation
import HandoverTestSupport
import Testing

@testable import Systems

/// Two network namespaces with a cable between them: a site, and the world. In each a server that sends back what it gets.
struct TestNetwork: Sendable {
    let site: String
    let world: String
    let directory: String

    static let siteAddress = "10.97.0.1"
    static let worldAddress = "10.97.0.2"
    static let friendAddress = "10.97.0.3"
    static let siteAddress6 = "fd00:97::1"
    static let worldAddress6 = "fd00:97::2"
    static let friendAddress6 = "fd00:97::3"
    static let port = "8448"

    /// Why no test can have one here; nil where it can. A missing program is no excuse: that fails the test.
    static let obstacle: String? = {
        let name = "handover-try-\(UInt32.random(in: .min ... .max))"
        let tried = Process()
        tried.executableURL = URL(filePath: "/bin/sh")
        tried.arguments = [
            "-c",
            """
            command -v ip >/dev/null || exit 0
            ip netns add \(name) || exit 1
            ip netns exec \(name) true; status=$?
            if command -v nft >/dev/null; then echo 'table inet t { }' | ip netns exec \(name) nft -f - || status=1; fi
            ip netns del \(name); exit $status
            """,
        ]
        let errors = Pipe()
        tried.standardError = errors
        do { try tried.run() } catch { return "\(error)" }
        let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        tried.waitUntilExit()
        guard tried.terminationStatus != 0 else { return nil }
        print("NOTICE: this machine lets no test have network namespaces; nftables is not tested: \(said)")
        return said
    }()

    static func with(_ body: (TestNetwork) async throws -> Void) async throws {
        let number = UInt32.random(in: .min ... .max)
        let directory = FileManager.default.temporaryDirectory.appending(path: "handover-net-\(number)").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let network = TestNetwork(site: "handover-s\(number)", world: "handover-w\(number)", directory: directory)
        var servers: [ChildProgram] = []
        let outcome: Result<Void, any Error>
        do {
            try await network.build()
            servers = try [network.site, network.world].map { try network.serve($0) }
            for name in [network.site, network.world] { try await network.waitForServer(name) }
            outcome = .success(try await body(network))
        } catch { outcome = .failure(error) }
        for server in servers {
            server.send(SIGKILL)
            _ = await server.end()
        }
        for name in [network.site, network.world] { _ = try? await ChildProgram.run("ip", ["netns", "del", name]) }
        try? FileManager.default.removeItem(atPath: directory)
        try outcome.get()
    }

    static let podAddress = "10.96.0.2"

    /// A third namespace with a server, which reaches the world only through the site: a pod, or a machine behind an edge.
    func withPod(_ body: (String) async throws -> Void) async throws {
        let pod = site + "p"
        let outcome: Result<Void, any Error>
        var server: ChildProgram?
        do {
            try await run(commands: [
                "ip netns add \(pod)", "ip link add p0 netns \(site) type veth peer name p1 netns \(pod)",
                "ip -n \(site) addr add 10.96.0.1/24 dev p0", "ip -n \(pod) addr add \(Self.podAddress)/24 dev p1",
                "ip -n \(site) link set p0 up", "ip -n \(pod) link set p1 up", "ip -n \(pod) link set lo up",
                "ip -n \(pod) route add default via 10.96.0.1",
                "ip -n \(world) route add 10.96.0.0/24 via \(Self.siteAddress)",
            ])
            let forwarding = try await run(site, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")
            guard forwarding.code == 0 else { throw NotSeen(what: "no forwarding: \(forwarding.errors)") }
            server = try serve(pod)
            try await waitForServer(pod)
            outcome = .success(try await body(pod))
        } catch { outcome = .failure(error) }
        server?.send(SIGKILL)
        _ = await server?.end()
        _ = try? await ChildProgram.run("ip", ["netns", "del", pod])
        try outcome.get()
    }

    // MARK: As Handover sees it

    /// How `nft` is called there.
    var nft: [String] { ["ip", "netns", "exec", site, "nft"] }

    /// A probe from the site to the world.
    func probe(_ name: String, to address: String = worldAddress, port: String = port) -> SiteFirewall.Probe {
        let script = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 2)"
        return SiteFirewall.Probe(
            name: name, program: ["ip", "netns", "exec", site, "python3", "-c", script, address, port])
    }

    // MARK: As it is

    func run(_ words: String..., input: String = "") async throws -> ChildProgram.Ending {
        let file = "\(directory)/input"
        try input.write(toFile: file, atomically: true, encoding: .utf8)
        return try await ChildProgram.run(
            "sh", ["-c", "file=$1; shift; exec ip netns exec \"$@\" < \"$file\"", "sh", file] + words)
    }

    /// Whether a new connection from one namespace reaches the server at the address.
    func reaches(_ address: String, from name: String) async throws -> Bool {
        let script = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 2)"
        return try await run(name, "python3", "-c", script, address, Self.port).code == 0
    }

    func tables() async throws -> String { try await run(site, "nft", "-s", "list", "ruleset").output }

    /// A connection that is open already: says whether an answer still comes when it is asked again.
    func connection(from name: String, to address: String) async throws -> OpenConnection {
        let file = "\(directory)/\(UUID().uuidString)"
        let script = """
            import os, socket, sys, time
            s = socket.create_connection((sys.argv[1], int(sys.argv[2])), 5)
            s.sendall(b"a"); assert s.recv(1) == b"a"
            open(sys.argv[3] + ".open", "w").close()
            while not os.path.exists(sys.argv[3] + ".go"): time.sleep(0.02)
            s.settimeout(2)
            s.sendall(b"b"); assert s.recv(1) == b"b"
            """
        let child = try ChildProgram.start(
            "ip", ["netns", "exec", name, "python3", "-c", script, address, Self.port, file])
        while !FileManager.default.fileExists(atPath: file + ".open") {
            guard kill(child.pid, 0) == 0 else { throw NotSeen(what: "no connection to \(address)") }
            try await Task.sleep(for: .milliseconds(20))
        }
        return OpenConnection(child: child, file: file)
    }

    struct OpenConnection {
        let child: ChildProgram
        let file: String

        func stillAnswers() async throws -> Bool {
            try "".write(toFile: file + ".go", atomically: true, encoding: .utf8)
            return await child.end().code == 0
        }
    }

    private func build() async throws {
        for program in ["ip", "nft", "python3"] {
            guard try await ChildProgram.run("sh", ["-c", "command -v \(program)"]).code == 0 else {
                throw NotSeen(what: "\(program) is not installed; run make test-deps")
            }
        }
        // As on any host with kube-proxy or Docker, connections are tracked before Handover comes.
        let tracking = "table inet other { chain in { type filter hook input priority filter; ct state new accept; }; }"
        try tracking.write(toFile: "\(directory)/other.nft", atomically: true, encoding: .utf8)
        let commands =
            [
                "ip netns add \(site)", "ip netns add \(world)",
                "ip link add v0 netns \(site) type veth peer name v1 netns \(world)",
                "ip -n \(site) addr add \(Self.siteAddress)/24 dev v0",
                "ip -n \(site) addr add \(Self.siteAddress6)/64 dev v0 nodad",
            ] + [Self.worldAddress, Self.friendAddress].map { "ip -n \(world) addr add \($0)/24 dev v1" }
            + [Self.worldAddress6, Self.friendAddress6].map { "ip -n \(world) addr add \($0)/64 dev v1 nodad" }
            + ["\(site) lo", "\(world) lo", "\(site) v0", "\(world) v1"].map {
                let words = $0.split(separator: " ")
                return "ip -n \(words[0]) link set \(words[1]) up"
            } + ["ip netns exec \(site) nft -f \(directory)/other.nft"]
        try await run(commands: commands)
    }

    private func run(commands: [String]) async throws {
        for command in commands {
            let words = command.split(separator: " ").map(String.init)
            let ended = try await ChildProgram.run(words[0], Array(words.dropFirst()))
            guard ended.code == 0 else { throw NotSeen(what: "\(command): \(ended.errors)") }
        }
    }

    private func serve(_ name: String) throws -> ChildProgram {
        let script = """
            import asyncio, sys
            async def serve(reader, writer):
                try:
                    while (data := await reader.read(100)): writer.write(data); await writer.drain()
                except OSError: pass
                writer.close()
            async def main(): await (await asyncio.start_server(serve, None, int(sys.argv[1]))).serve_forever()
            asyncio.run(main())
            """
        return try ChildProgram.start(
            "ip", ["netns", "exec", name, "python3", "-c", script, Self.port])
    }

    private func waitForServer(_ name: String) async throws {
        for _ in 0..<500 {
            if try await reaches("127.0.0.1", from: name), try await reaches("::1", from: name) { return }
        }
        throw NotSeen(what: "the server in \(name) does not answer")
    }

    struct NotSeen: Error { var what: String }
}
