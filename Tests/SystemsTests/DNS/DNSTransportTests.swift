import FailoverModel
import Foundation
import Synchronization
import Testing

@testable import Systems

@Suite("DNS: servers that do not behave")
struct DNSTransportTests {
    private let quick = TCPTransport(limits: DNSLimits(connectMilliseconds: 400, totalMilliseconds: 400))

    private func bench(_ server: DNSZone.Server) -> DNSBench {
        var bench = DNSBench.updates([server])
        bench.transport = quick
        return bench
    }

    private var change: ZoneChange { ZoneChange(found: [], wanted: DNSBench.records["dc2"] ?? []) }

    private func write(_ bench: DNSBench) async throws {
        try await bench.access.writer(for: bench.zone).write(change)
    }

    @Test func `One that accepts and never answers is unreachable to a look, and leaves an update uncertain`()
        async throws
    {
        let listener = try Listener()
        let bench = bench(listener.server)
        let looked = try await fault { try await bench.command.examine(bench.context()) }
        #expect(looked.kind == .unreachable && looked.what == "no complete answer came within 400 ms")
        let written = try await fault { try await write(bench) }
        #expect(written.kind == .uncertain)
        #expect(written.what.hasSuffix("the update was sent and may have taken effect"))
    }

    @Test func `Nobody there: nothing was sent`() async throws {
        let bench = bench(DNSZone.Server(address: .thisMachine, port: try FreePort.take()))
        let written = try await fault { try await write(bench) }
        #expect(written.kind == .unreachable && written.what == "the connection was refused", "\(written)")
    }

    @Test(arguments: [0, 1, 2, 10, 40])
    func `An answer cut in its middle is no answer`(count: Int) async throws {
        let listener = try Listener()
        defer { listener.shut() }
        listener.serve { message in
            var answer = message
            if answer.count > 2 { answer[2] |= 0x84 }
            return Array(([UInt8(answer.count >> 8), UInt8(answer.count & 0xFF)] + answer).prefix(min(count, 30)))
        }
        let bench = bench(listener.server)
        #expect(try await fault { try await bench.command.examine(bench.context()) }.kind == .unreachable)
        #expect(try await fault { try await write(bench) }.kind == .uncertain)
    }

    @Test func `An answer to something else, garbage or a yes that nobody signed leaves an update uncertain`()
        async throws
    {
        let answers: [@Sendable ([UInt8]) -> [UInt8]] = [
            { _ in [] }, { _ in [1, 2, 3] }, { _ in [UInt8](repeating: 0xC0, count: 40) },
            { [$0[0] ^ 1] + $0[1...] },
            { $0[..<2] + [0xA8, 0, 0, 0, 0, 0, 0, 0, 0, 0] },
        ]
        for answer in answers {
            let listener = try Listener()
            defer { listener.shut() }
            listener.serve { message in
                let bytes = message.count < 12 ? [] : answer(message)
                return [UInt8(bytes.count >> 8), UInt8(bytes.count & 0xFF)] + bytes
            }
            let fault = try await fault { try await write(bench(listener.server)) }
            #expect(fault.kind == .uncertain, "\(fault)")
            let look = try await looked(listener.server)
            #expect(look.kind == .invalid, "\(look)")
        }
    }

    private func looked(_ server: DNSZone.Server) async throws -> Fault {
        let bench = bench(server)
        return try await fault { try await bench.command.examine(bench.context()) }
    }

    @Test func `A refusal that nobody signed is not believed where the records have changed`() async throws {
        try await TestNameServer.bind { server in
            // Carries the update out, and then says that it was refused.
            let listener = try Listener()
            defer { listener.shut() }
            listener.serve { message in
                guard let real = Self.forward(message, to: server.server) else { return [] }
                let isUpdate = message.count > 2 && message[2] & 0x78 == 0x28
                let answer = isUpdate ? Array(message[..<2]) + [0xA8, 5, 0, 0, 0, 0, 0, 0, 0, 0] : real
                return [UInt8(answer.count >> 8), UInt8(answer.count & 0xFF)] + answer
            }
            let bench = DNSBench.updates([listener.server])
            let lied = try await fault { try await bench.move() }
            #expect(lied.kind == .uncertain && lied.what.contains("nobody signed that answer"), "\(lied)")
            #expect(try await server.zone().records == DNSBench.atSecond)
        }
    }

    @Test func `An update that took effect while its answer was cut is found done, and not sent again`() async throws {
        try await TestNameServer.bind { server in
            let listener = try Listener()
            defer { listener.shut() }
            let updates = Mutex(0)
            listener.serve { message in
                guard let answer = Self.forward(message, to: server.server) else { return [] }
                let isUpdate = message.count > 2 && message[2] & 0x78 == 0x28
                if isUpdate { updates.withLock { $0 += 1 } }
                let whole = [UInt8(answer.count >> 8), UInt8(answer.count & 0xFF)] + answer
                return isUpdate ? Array(whole.prefix(whole.count / 2)) : whole
            }
            let bench = DNSBench.updates([listener.server])
            let finding = try await bench.command.examine(bench.context())
            let cut = try await fault { try await bench.command.act(bench.context(), on: finding) }
            #expect(cut.kind == .uncertain, "\(cut)")
            let resumed = try await bench.command.examine(bench.context(remembered: finding.facts))
            #expect(resumed.verdict == .done && resumed.facts["before"] == finding.facts["before"])
            #expect(updates.withLock(\.self) == 1)
            #expect(try await server.zone().serial == "2")
        }
    }

    @Test func `A server that closes after each answer is asked on new connections`() async throws {
        try await TestNameServer.bind { server in
            let listener = try Listener()
            defer { listener.shut() }
            listener.serve { message in
                let answer = Self.forward(message, to: server.server) ?? []
                return [UInt8(answer.count >> 8), UInt8(answer.count & 0xFF)] + answer
            }
            let bench = DNSBench.updates([listener.server])
            #expect(try await bench.command.examine(bench.context()).verdict == .needed)
        }
    }

    @Test func `Cancelling wakes a wait at once`() async throws {
        let listener = try Listener()
        let patient = TCPTransport(limits: DNSLimits(connectMilliseconds: 60_000, totalMilliseconds: 60_000))
        let start = ContinuousClock.now
        let task = Task { () async -> Fault? in
            do throws(Fault) {
                _ = try await patient.answers(to: [[0, 1]], from: listener.server, effect: .changes)
                return nil
            } catch {
                return error
            }
        }
        try await Task.sleep(for: .milliseconds(200))
        task.cancel()
        let fault = await task.value
        #expect(fault?.kind == .uncertain && fault?.what.hasPrefix("the request was cancelled") == true)
        #expect(ContinuousClock.now - start < .seconds(20))
    }

    @Test func `No secret is in what a person or the journal gets to see`() async throws {
        try await TestNameServer.bind { server in
            var shown: [String] = []
            for secret in [TestNameServer.secret, TestNameServer.wrongSecret, "not base64 sEcReTvAlUe"] {
                var bench = DNSBench.updates([server.server])
                bench.secret = secret
                do throws(Fault) {
                    let finding = try await bench.command.examine(bench.context())
                    shown.append("\(finding)")
                    try await bench.command.act(bench.context(), on: finding)
                    shown.append("\(try await bench.command.verify(bench.context(), after: finding))")
                    try await bench.command.undo(
                        bench.context(remembered: finding.facts),
                        on: try await bench.command.examineUndo(bench.context(remembered: finding.facts)))
                } catch {
                    shown.append("\(error)")
                }
            }
            #expect(shown.count == 4)
            for secret in [TestNameServer.secret, TestNameServer.wrongSecret, "sEcReTvAlUe", "secretsecret"] {
                #expect(!shown.contains { $0.contains(secret) })
            }
        }
    }

    /// Carries a message to the real server and its answer back, on the thread of the listener.
    private static func forward(_ message: [UInt8], to server: DNSZone.Server) -> [UInt8]? {
        let conversation = TCPConversation(server: server, effect: .changes, wake: WakeSignal(), limits: DNSLimits())
        return try? conversation.answers(to: [message]).first
    }
}
