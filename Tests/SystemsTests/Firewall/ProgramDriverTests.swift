import FailoverModel
import Foundation
import Testing

@testable import Systems

/// A firewall that only a program reaches: here a file beside the program, that holds the run that closed it.
@Suite("firewall: programs of one's own") struct ProgramDriverTests {
    private static let secret = "planted-token-4711"

    /// Calls are logged with the environment they got.
    private static let script = """
        #!/bin/sh
        here=${0%/*}
        echo "$1 $2 $HANDOVER_SITE/$HANDOVER_FIREWALL run=$HANDOVER_RUN key=$HANDOVER_IDEMPOTENCY_KEY $NOISE" >> $here/calls
        [ "$FIREWALL_TOKEN" = planted-token-4711 ] || { echo "no token" >&2; exit 77; }
        [ -z "$UNASKED" ] || { echo "got what nobody named" >&2; exit 9; }
        if [ -e $here/$1.ending ]; then echo "token $FIREWALL_TOKEN is not known" >&2; . $here/$1.ending; fi
        case $1 in
        look) [ -e $here/closed ] || exit 1; cat $here/closed;;
        block) echo "$HANDOVER_RUN" > $here/closed;;
        open) rm -f $here/closed;;
        esac
        """

    private func with(
        timeLimitMilliseconds: Int64 = 20_000, probes: Bool = false,
        _ body: (FirewallBench, _ folder: String) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "handover-egress-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let program = "\(folder)/egress"
        try Self.script.write(toFile: program, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
        var bench = FirewallBench(
            .program(
                .init(
                    look: [program, "look", "a word"], block: [program, "block", "$HOME"], open: [program, "open"],
                    environment: ["FIREWALL_TOKEN"], timeLimitMilliseconds: timeLimitMilliseconds)),
            probes: probes ? [.init(name: "world", program: ["sh", "-c", "test ! -e \(folder)/closed"])] : [])
        bench.variables = ["FIREWALL_TOKEN": Self.secret, "UNASKED": "x"]
        try await body(bench, folder)
    }

    private func closed(_ folder: String) -> String? {
        try? String(contentsOfFile: "\(folder)/closed", encoding: .utf8)
    }
    private func calls(_ folder: String) throws -> String {
        try String(contentsOfFile: "\(folder)/calls", encoding: .utf8)
    }

    @Test func `Closed, proven by a probe, opened, closed by the undo as it was, and taken back`() async throws {
        try await with(probes: true) { bench, folder in
            let planned = try await bench.block.examine(bench.context())
            #expect(
                planned.sentence
                    == "the block at firewall edge will be made; world got through just now and must not afterwards")
            #expect(closed(folder) == nil)
            let done = try await bench.carryOut(bench.block)
            #expect(done.verdict == .done && done.sentence.hasSuffix("got through before and did not any more"))
            #expect(closed(folder) == "r1\n")
            let log = try calls(folder)
            // Words are words, and the key is the step's at every call.
            #expect(log.contains("look a word dc1/edge run= key=\(bench.context().idempotencyKey)"), "\(log)")
            #expect(log.contains("block $HOME dc1/edge run=r1 key=\(bench.context().idempotencyKey)"), "\(log)")

            #expect(try await bench.carryOut(bench.block, run: "r2").verdict == .done)
            let opening = try await bench.open.examine(bench.context("r2"))
            #expect(opening.sentence.contains("made by r1, will be taken away"))
            #expect(try await bench.carryOut(bench.open, run: "r2").verdict == .done)
            #expect(closed(folder) == nil)
            #expect(try await bench.takeBack(bench.open, opening.facts, run: "r2").verdict == .done)
            #expect(closed(folder) == "r1\n", "closed as it was, in the name of who closed it")
            #expect(try await bench.takeBack(bench.block, done.facts).verdict == .done)
            #expect(closed(folder) == nil)
        }
    }

    @Test func `What another has closed is left alone, and what says no run is another's`() async throws {
        try await with { bench, folder in
            try "\n".write(toFile: "\(folder)/closed", atomically: true, encoding: .utf8)
            for command in [bench.block, bench.open] as [any StepCommand] {
                let found = try await bench.carryOut(command)
                #expect(found.verdict == .refused(rule: "not-our-block", acceptance: nil))
                try? await command.act(bench.context(), on: found)
                #expect(closed(folder) == "\n")
            }
        }
    }

    @Test(arguments: [
        ("look", "exit 69", Fault.Kind.unreachable), ("look", "exit 77", .forbidden), ("look", "exit 75", .throttled),
        ("look", "exit 9", .rejected), ("look", "kill -9 $$", .unreachable), ("look", "exit 127", .invalid),
        ("block", "exit 69", .uncertain), ("block", "exit 77", .forbidden), ("block", "kill -9 $$", .uncertain),
        ("block", "exit 2", .rejected),
    ])
    func `Each ending says what it means, and no secret`(part: String, ending: String, kind: Fault.Kind) async throws {
        try await with { bench, folder in
            let found = try await bench.block.examine(bench.context())
            try ending.write(toFile: "\(folder)/\(part).ending", atomically: true, encoding: .utf8)
            let fault = try await fault {
                try await part == "look"
                    ? { _ = try await bench.block.examine(bench.context()) }()
                    : bench.block.act(bench.context(), on: found)
            }
            #expect(fault.kind == kind && fault.place == "dc1, firewall edge, \(part)", "\(fault)")
            #expect(!"\(fault)".contains(Self.secret), "\(fault)")
            if kind != .invalid { #expect("\(fault)".contains("token <secret> is not known"), "\(fault)") }
        }
    }

    @Test func `One that gives no answer is ended, a variable that is not set is named, and a check tries all`()
        async throws
    {
        try await with(timeLimitMilliseconds: 1_000) { bench, folder in
            try "exec sleep 300".write(toFile: "\(folder)/look.ending", atomically: true, encoding: .utf8)
            let slow = try await fault { try await bench.block.examine(bench.context()) }
            #expect(slow.kind == .unreachable && slow.what == "it gave no answer within 1 s", "\(slow)")
        }
        try await with { bench, folder in
            func seen() async -> [String] {
                await FirewallChecks(topology: bench.topology, access: bench.access, serving: "dc1", to: nil)
                    .results().map { "\($0.verdict) \($0.id): \($0.seen)" }
            }
            #expect(
                await seen() == [
                    "ok firewall.outside: closed without the API server: edge",
                    "ok firewall.driver: the block at firewall edge can be made",
                ])
            try await bench.carryOut(bench.block)
            #expect(await seen().last?.contains("is in place since r1, and dc1 serves") == true)
            var bare = bench
            bare.variables = [:]
            let unset = try await fault { [bare] in try await bare.block.examine(bare.context()) }
            #expect(unset.kind == .invalid && unset.what.contains("FIREWALL_TOKEN"), "\(unset)")
        }
    }
}
