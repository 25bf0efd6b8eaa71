import FailoverModel
import Foundation
import Glibc
import HandoverTestSupport
import Testing

@testable import Systems

/// A real name server in a folder of its own, for as long as a test needs it.
struct TestNameServer: Sendable {
    struct NotStarted: Error { var what: String }

    /// `secretsecret…` in Base64; and another one.
    static let secret = "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0MDA="
    static let wrongSecret = "d3Jvbmd3cm9uZ3dyb25nd3Jvbmd3cm9uZ3dyb25nMDA="
    static let apiKey = "api-key-nobody-may-see"

    var directory: String
    var port: UInt16
    /// The HTTP API's port; 0 for BIND.
    var apiPort: UInt16 = 0

    var server: DNSZone.Server { DNSZone.Server(address: .thisMachine, port: port) }

    /// The zone that every test begins with; `more` are further lines of the file.
    static func zoneFile(_ more: [String] = []) -> String {
        let lines = [
            "$ORIGIN ess.test.", "$TTL 300", "@ IN SOA ns1.ess.test. hostmaster.ess.test. 1 3600 3600 86400 60",
            "@ IN NS ns1.ess.test.", "ns1 IN A 127.0.0.1", "matrix IN A 192.0.2.10", "element IN A 192.0.2.11",
            "element IN AAAA 2001:db8::11",
        ]
        return (lines + more).joined(separator: "\n") + "\n"
    }

    /// BIND 9 as the zone's primary server, or as a secondary of `primary`, which is not told of changes.
    static func bind<Value>(
        _ more: [String] = [], secondaryOf primary: UInt16? = nil, _ body: (TestNameServer) async throws -> Value
    ) async throws -> Value {
        try await started(body) { server in
            try server.write(zoneFile(more), to: "ess.zone")
            try server.write(server.namedConfiguration(primary: primary), to: "named.conf")
            return try ChildProgram.start("named", ["-g", "-n", "1", "-c", server.file("named.conf")])
        }
    }

    /// PowerDNS with its API, on SQLite.
    static func powerDNS<Value>(
        _ more: [String] = [], _ body: (TestNameServer) async throws -> Value
    ) async throws -> Value {
        try await started(body) { server in
            try server.write(zoneFile(more), to: "ess.zone")
            try server.write(server.powerDNSConfiguration, to: "pdns.conf")
            let load = """
                import sqlite3, sys
                sqlite3.connect(sys.argv[1]).executescript(open("/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql").read())
                """
            try await server.run("python3", ["-c", load, server.file("pdns.db")])
            let commands = [
                ["load-zone", "ess.test", server.file("ess.zone")],
                ["import-tsig-key", "failover", "hmac-sha256", secret],
                ["set-meta", "ess.test", "TSIG-ALLOW-DNSUPDATE", "failover"],
                ["set-meta", "ess.test", "SOA-EDIT-API", "INCREASE"],
                ["set-meta", "ess.test", "SOA-EDIT-DNSUPDATE", "INCREASE"],
            ]
            for command in commands {
                try await server.run("pdnsutil", ["--config-dir=\(server.directory)"] + command)
            }
            return try ChildProgram.start("pdns_server", ["--config-dir=\(server.directory)"])
        }
    }

    /// Starts it on ports that were free a moment ago; on others where somebody was faster. Kills it in the end.
    private static func started<Value>(
        _ body: (TestNameServer) async throws -> Value, _ start: (TestNameServer) async throws -> ChildProgram
    ) async throws -> Value {
        for _ in 0..<5 {
            let directory = NSTemporaryDirectory() + "handover-dns-\(UUID().uuidString)"
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: directory) }
            let server = TestNameServer(
                directory: directory, port: try FreePort.take(), apiPort: try FreePort.take())
            let child = try await start(server)
            guard await server.answers(child) else {
                child.send(SIGKILL)
                _ = await child.end()
                continue
            }
            let result: Result<Value, any Error>
            do { result = .success(try await body(server)) } catch { result = .failure(error) }
            child.send(SIGKILL)
            _ = await child.end()
            return try result.get()
        }
        throw NotStarted(
            what: "the name server did not come up; are bind9, pdns-server and pdns-backend-sqlite3 there?")
    }

    /// Waits until it answers for its zone; `false` where it has ended, or nothing came of it.
    private func answers(_ child: ChildProgram) async -> Bool {
        let reader = NameServer(server: server, transport: TCPTransport())
        for _ in 0..<200 {
            if (try? await reader.look(at: ["ess.test"])) != nil { return true }
            if kill(child.pid, 0) != 0 { return false }
            try? await Task.sleep(for: .milliseconds(100))
        }
        return false
    }

    func file(_ name: String) -> String { "\(directory)/\(name)" }

    private func write(_ text: String, to name: String) throws {
        try text.write(toFile: file(name), atomically: false, encoding: .utf8)
    }

    private func run(_ program: String, _ arguments: [String]) async throws {
        let ended = try await ChildProgram.run(program, arguments)
        guard ended.code == 0 else { throw NotStarted(what: "\(program): \(ended.errors)\(ended.output)") }
    }

    private func namedConfiguration(primary: UInt16?) -> String {
        let names = ["matrix", "element"].flatMap { name in
            ["failover", "failover384", "failover512"].map { "grant \($0) name \(name).ess.test. A AAAA CNAME;" }
        }
        let zone =
            primary.map { "type secondary; primaries port \($0) { 127.0.0.1; };" }
            ?? "type primary; update-policy { \(names.joined(separator: " ")) };"
        let keys = ["": "hmac-sha256", "384": "hmac-sha384", "512": "hmac-sha512"].map {
            "key \"failover\($0.key)\" { algorithm \($0.value); secret \"\(Self.secret)\"; };"
        }
        return """
            options { directory "\(directory)"; pid-file "\(directory)/named.pid"; session-keyfile "\(directory)/session.key";
              lock-file none; managed-keys-directory "\(directory)"; listen-on port \(port) { 127.0.0.1; };
              listen-on-v6 { none; }; recursion no; dnssec-validation no; notify no; allow-query { any; };
              allow-transfer { any; }; };
            controls { };
            \(keys.joined(separator: "\n"))
            zone "ess.test" { \(zone) file "\(directory)/\(primary == nil ? "ess" : "copy").zone"; };
            """
    }

    private var powerDNSConfiguration: String {
        """
        launch=gsqlite3
        gsqlite3-database=\(file("pdns.db"))
        local-address=127.0.0.1
        local-port=\(port)
        socket-dir=\(directory)
        daemon=no
        guardian=no
        disable-syslog=yes
        write-pid=no
        api=yes
        api-key=\(Self.apiKey)
        webserver=yes
        webserver-address=127.0.0.1
        webserver-port=\(apiPort)
        webserver-allow-from=127.0.0.1
        dnsupdate=yes
        allow-dnsupdate-from=127.0.0.0/8
        allow-axfr-ips=127.0.0.1
        cache-ttl=0
        query-cache-ttl=0
        negquery-cache-ttl=0
        """
    }

    /// The whole zone as `dig` sees it by transfer, without the SOA, which `serial` is of.
    func zone() async throws -> (records: Set<String>, serial: String) {
        let arguments = ["@127.0.0.1", "-p", "\(port)", "+noall", "+answer", "+onesoa", "+tcp", "ess.test", "AXFR"]
        let ended = try await ChildProgram.run("dig", arguments)
        var records: Set<String> = []
        var serial = ""
        for line in ended.output.split(separator: "\n") where !line.hasPrefix(";") {
            let words = line.split(whereSeparator: \.isWhitespace)
            guard words.count >= 5 else { continue }
            if words[3] == "SOA" {
                serial = words.count > 6 ? String(words[6]) : ""
            } else {
                records.insert(([words[0], words[1]] + words[3...]).joined(separator: " "))
            }
        }
        guard !serial.isEmpty else { throw NotStarted(what: "no transfer: \(ended.output)\(ended.errors)") }
        return (records, serial)
    }

    /// Tells a secondary that there is news (RFC 1996); it then asks its primary.
    func notify() async throws {
        var writer = WireWriter()
        for field: UInt16 in [77, 0x2400, 1, 0, 0, 0] { writer.number16(field) }
        writer.name(try #require(DNSName("ess.test")))
        writer.number16(RecordCode.soa)
        writer.number16(ClassCode.internet)
        _ = try await TCPTransport().answers(to: [writer.bytes], from: server, effect: .reads)
    }
}

extension InternetAddress {
    static var thisMachine: InternetAddress {
        guard let address = InternetAddress(bytes: [127, 0, 0, 1]) else { fatalError("four bytes are an address") }
        return address
    }
}

enum FreePort {
    struct None: Error {}

    /// A port that is free for TCP and UDP at this moment.
    static func take() throws -> UInt16 {
        for _ in 0..<50 {
            let listener = try Listener(backlog: 0)
            let datagrams = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
            defer { close(datagrams) }
            if Listener.bind(datagrams, port: listener.port) == 0 { return listener.port }
        }
        throw None()
    }
}

/// A socket on this machine that connections are made to; without `accept` nobody ever answers them.
final class Listener: Sendable {
    let descriptor: Int32
    let port: UInt16

    init(backlog: Int32 = 16) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        self.descriptor = descriptor
        guard descriptor >= 0, Self.bind(descriptor, port: 0) == 0, listen(descriptor, backlog) == 0,
            let port = Self.port(of: descriptor)
        else { throw FreePort.None() }
        self.port = port
    }

    private static func port(of descriptor: Int32) -> UInt16? {
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let named = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
        }
        return named == 0 ? UInt16(bigEndian: address.sin_port) : nil
    }

    deinit { close(descriptor) }

    var server: DNSZone.Server { DNSZone.Server(address: .thisMachine, port: port) }

    static func bind(_ descriptor: Int32, port: UInt16) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port.bigEndian)
        address.sin_addr.s_addr = in_addr_t(UInt32(0x7F00_0001).bigEndian)
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// Answers one DNS message a connection on a thread of its own with the bytes that `answer` gives (with their
    /// length, where they are to have one) and closes, until the listener is shut. Other requests are read once.
    func serve(isDNS: Bool = true, _ answer: @escaping @Sendable ([UInt8]) -> [UInt8]) {
        // Holds the listener, so that its descriptor's number is not another socket's while the thread goes on.
        Thread.detachNewThread { [self] in
            while true {
                let connection = accept(descriptor, nil, nil)
                guard connection >= 0 else { return }
                let bytes = answer(isDNS ? Self.message(on: connection) : Self.receive(65_536, 0, connection))
                _ = send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
                close(connection)
            }
        }
    }

    private static func message(on connection: Int32) -> [UInt8] {
        let head = receive(2, Int32(MSG_WAITALL), connection)
        return head.count == 2 ? receive(Int(head[0]) << 8 | Int(head[1]), Int32(MSG_WAITALL), connection) : []
    }

    static func receive(_ count: Int, _ flags: Int32, _ connection: Int32) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let got = recv(connection, &bytes, count, flags)
        return Array(bytes.prefix(max(0, got)))
    }

    func shut() { shutdown(descriptor, Int32(SHUT_RDWR)) }
}
