import FailoverModel
import Foundation
import Testing

@testable import Systems

/// What a probe's ending says, with the programs that people use for probes.
@Suite("firewall: probes") struct FirewallProbeTests {
    private func result(_ words: String...) async -> ProbeResults.Result {
        await FirewallProbe(
            name: "p",
            host: HostProgram(
                words: words, environment: ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? ""], place: "test")
        ).result()
    }

    private static let readings: [(status: Int32, result: ProbeResults.Result)] = [
        (0, .through), (22, .through), (60, .through), (52, .through), (7, .cut), (28, .cut), (35, .cut), (56, .cut),
    ]

    @Test func `Any answer that curl got is open, and no answer is closed`() {
        for (status, result) in Self.readings {
            let ended = ProgramCall.Ended(status: status, output: "", errors: "curl: (\(status)) said so", sentence: "")
            #expect(FirewallProbe.reading(of: ended, isCurl: true) == result, "\(status)")
            if status != 0 { #expect(FirewallProbe.reading(of: ended, isCurl: false) == .cut, "\(status)") }
        }
    }

    @Test func `A refused connection is closed, and an HTTP error is an answer`() async throws {
        #expect(await result("curl", "-sS", "-m", "3", "http://127.0.0.1:9/") == .cut)
        try await PythonServer.run(.plain) { server in
            #expect(await result("curl", "-sSf", "-m", "5", server.url("/broken-once", scheme: "http")) == .through)
        }
    }

    @Test func `A name that is not found proves nothing, whichever program says so`() async {
        let curl = await result("curl", "-sS", "http://nowhere.invalid/")
        guard case .unknown(let why) = curl else { return #expect(Bool(false), "\(curl)") }
        #expect(why.hasPrefix("the name was not found; let it try an address: curl: (6)"), "\(why)")
        let script = "import socket; socket.create_connection(('nowhere.invalid', 443), 3)"
        let python = await result("python3", "-c", script)
        guard case .unknown = python else { return #expect(Bool(false), "\(python)") }
    }

    @Test func `A block that is proven by names alone is waited for, with the reason`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "handover-probe-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let state = "\(folder)/closed"
        let named = "test ! -e \(state) || { echo 'curl: (6) Could not resolve host: matrix.org' >&2; exit 6; }"
        let bench = FirewallBench(
            .program(
                .init(
                    look: ["sh", "-c", "cat \(state) 2>/dev/null || exit 1"],
                    block: ["sh", "-c", "echo $HANDOVER_RUN > \(state)"], open: ["rm", "-f", state])),
            probes: [.init(name: "federation", program: ["sh", "-c", named])])
        let done = try await bench.carryOut(bench.block)
        #expect(done.verdict == .waiting)
        #expect(
            done.sentence.contains("cannot be tried: federation (the name was not found; let it try an address"),
            "\(done.sentence)")
    }
}
