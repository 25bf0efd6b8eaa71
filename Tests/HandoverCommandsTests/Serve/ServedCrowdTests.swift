import FailoverModel
import Foundation
import Glibc
import HandoverTestSupport
import JournalStore
import Testing

@testable import HandoverCommands
@testable import StatusPage

@Suite("Many connections to the page", .timeLimit(.minutes(3)))
struct ServedCrowdTests {
    private func withServer(
        _ bench: Bench, _ limits: ConnectionLimits, _ body: (WebClient) async throws -> Void
    ) async throws {
        let documents = PageDocuments(
            status: { _ in .null }, runs: { _ in .null }, run: { _, _ in .null }, next: { _ in [] },
            whyGone: { _ in nil }, siteNames: [], now: { Moment(microseconds: 0) }, version: "0")
        let server = try PageServer(
            journal: bench.journal, settings: PageSettings(address: try #require(ListenAddress("127.0.0.1:0"))),
            documents: documents, limits: limits
        ) { _ in }
        let (ports, ready) = AsyncStream.makeStream(of: Int.self)
        let serving = Task { try await server.run { ready.yield($0) } }
        try await body(WebClient(port: UInt16(try #require(await ports.first { _ in true }))))
        serving.cancel()
        _ = try? await serving.value
    }

    @Test func `Where there is no room left, who has waited longest without asking makes room`() async throws {
        try await Bench.with { bench in
            _ = await bench.waitingRun()
            try await withServer(bench, ConnectionLimits(most: 20, requestMilliseconds: 3_600_000)) { client in
                async let followed = client.events("/api/events") { $0.contains("for those who follow") }
                while try await !client.ask("/metrics").body.contains("handover_serve_clients 1\n") {}
                let crowd = try Crowd(19, port: client.port, saying: "GET / HTTP/1.1\r\nHost: 127")
                #expect(try await client.ask("/").status == 200)
                while crowd.ended == 0 { crowd.look() }
                #expect(try await client.ask("/").status == 200)
                crowd.look()
                // An answer's connection may still be closing when the next one comes.
                #expect(crowd.ended <= 3, "no more go than others come")
                // Whoever follows is not let go, however many come.
                let more = try Crowd(40, port: client.port, saying: "GET")
                while crowd.ended + more.ended < 40 { [crowd, more].forEach { $0.look() } }
                try await bench.append("", [.noteAdded(NoteAdded(text: "for those who follow"))])
                #expect(try await followed.contains("for those who follow"))
            }
        }
    }

    @Test func `Streams leave room for those who come and go`() async throws {
        try await Bench.with { bench in
            _ = await bench.waitingRun()
            try await withServer(bench, ConnectionLimits(most: 20)) { client in
                let request = "GET /api/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
                let crowd = try Crowd(16, port: client.port, saying: request)
                while !crowd.texts.allSatisfy({ $0.contains(": follows") }) { crowd.look() }
                let refused = try await client.ask("/api/events")
                #expect(refused.status == 503 && refused.body.contains("16 clients follow already"))
                #expect(try await client.ask("/").status == 200)
            }
        }
    }

    @Test func `A request that never ends is let go, and an answer that goes on is not`() async throws {
        try await Bench.with { bench in
            _ = await bench.waitingRun()
            try await withServer(bench, ConnectionLimits(most: 100, requestMilliseconds: 200)) { client in
                async let followed = client.events("/api/events") { $0.contains("for those who follow") }
                while try await !client.ask("/metrics").body.contains("handover_serve_clients 1\n") {}
                let head = "Host: 127.0.0.1\r\nContent-Length: 4000\r\n\r\n"
                for text in [
                    "", "GET / HTTP/1.1\r\nHost: 127", "POST / HTTP/1.1\r\n\(head)", "GET / HTTP/1.1\r\n\(head)",
                ] {
                    let crowd = try Crowd(3, port: client.port, saying: text)
                    while crowd.ended < 3 {
                        crowd.drip()
                        crowd.look()
                        try await Task.sleep(for: .milliseconds(5))
                    }
                }
                try await bench.append("", [.noteAdded(NoteAdded(text: "for those who follow"))])
                #expect(try await followed.contains("for those who follow"))
            }
        }
    }

    /// `handover serve` as a process of its own that may open 1024 files.
    private func withProcess(_ bench: Bench, _ body: (WebClient) async throws -> Void) async throws {
        OpenFiles.raiseLimit()
        let port = try Crowd.freePort()
        let program = try ChildProgram.start(
            "bash",
            [
                "-c", "ulimit -n 1024 && exec \"$0\" \"$@\"", ServedEventsTests.handover, "serve", "--journal",
                bench.journal, "--listen", "127.0.0.1:\(port)",
            ])
        let client = WebClient(port: port)
        while (try? await client.ask("/healthz").status) != 200 { try await Task.sleep(for: .milliseconds(20)) }
        let result = await Result { try await body(client) }
        program.send(SIGTERM)
        let ended = await program.end()
        #expect(ended.code == 0, "\(ended.errors)")
        try result.get()
    }

    @Test func `600 streams at once, each from the past on, all get the next entry with 1024 descriptors`() async throws
    {
        try await Bench.with { bench in
            _ = await bench.waitingRun()
            let head = try JournalReader(path: bench.journal).head().sequence
            try await withProcess(bench) { client in
                let request = "GET /api/events?after=0 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
                let crowd = try Crowd(600, port: client.port, saying: request)
                while !crowd.texts.allSatisfy({ WebClient.sequences($0).last == head }) { crowd.look() }
                #expect(try await client.ask("/metrics").body.contains("handover_serve_clients 600\n"))
                try await bench.append("", [.noteAdded(NoteAdded(text: "news"))])
                while !crowd.texts.allSatisfy({ WebClient.sequences($0).last == head + 1 }) { crowd.look() }
                #expect(crowd.ended == 0)
                #expect(crowd.texts.allSatisfy { WebClient.sequences($0) == Array(1...(head + 1)) })
            }
        }
    }

    @Test func `A person gets the page while a thousand connections send a byte now and then`() async throws {
        try await Bench.with { bench in
            _ = await bench.waitingRun()
            try await withProcess(bench) { client in
                let crowd = try Crowd(1000, port: client.port, saying: "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Drip: ")
                for _ in 0..<5 {
                    crowd.drip()
                    #expect(try await client.ask("/").status == 200)
                }
            }
        }
    }
}

/// Many clients of one thread, on bare sockets.
final class Crowd {
    private var descriptors: [Int32]
    private var received: [[UInt8]]
    /// How many the server has let go.
    private(set) var ended = 0

    init(_ count: Int, port: UInt16, saying text: String) throws {
        descriptors = []
        received = []
        for _ in 0..<count {
            descriptors.append(try WebClient.send(text, to: port))
            received.append([])
        }
    }

    deinit { for descriptor in descriptors where descriptor >= 0 { close(descriptor) } }

    /// Without the carriage returns of the head.
    var texts: [String] { received.map { String(decoding: $0.filter { $0 != 0x0D }, as: UTF8.self) } }

    /// Each sends a byte more.
    func drip() {
        for descriptor in descriptors where descriptor >= 0 {
            _ = Glibc.send(descriptor, "x", 1, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        }
    }

    /// Takes in what has come, and waits a moment where nothing has.
    func look() {
        var waited = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        guard poll(&waited, nfds_t(waited.count), 20) > 0 else { return }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        for (index, one) in waited.enumerated() where one.fd >= 0 && one.revents != 0 {
            let count = recv(one.fd, &buffer, buffer.count, 0)
            if count > 0 {
                received[index] += buffer[..<count]
            } else {
                close(one.fd)
                descriptors[index] = -1
                ended += 1
            }
        }
    }

    /// One that nobody listens on now.
    static func freePort() throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isBound else { throw WebClient.Failure(what: "no free port") }
        return UInt16(bigEndian: address.sin_port)
    }
}

extension Result where Failure == any Error {
    /// What an asynchronous body came to.
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
