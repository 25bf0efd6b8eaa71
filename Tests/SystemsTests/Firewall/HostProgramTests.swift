import FailoverModel
import Foundation
import Testing

@testable import Systems

/// What can go wrong between Handover and nft on a host, with programs that end as ssh, sudo, ip and nft do.
@Suite("firewall: the way to a host") struct HostProgramTests {
    private static let listing = "{\"nftables\": [{\"metainfo\": {\"json_schema_version\": 1}}]}"

    /// A folder with a program of the name; it ends with the status after it wrote to its standard error.
    private func withProgram(
        _ name: String, _ script: String, _ body: (String) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "handover-host-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try "#!/bin/sh\n\(script)\n".write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder)/\(name)")
        try await body("\(folder)/\(name)")
    }

    private func bench(_ words: [String], probes: [SiteFirewall.Probe] = []) -> FirewallBench {
        FirewallBench(.nftables(program: words, allow: []), probes: probes)
    }

    @Test(arguments: [
        ("ssh", "echo 'ssh: connect to host edge port 22: No route to host' >&2; exit 255", Fault.Kind.unreachable),
        ("ssh", "echo 'anna@edge: Permission denied (publickey).' >&2; exit 255", .forbidden),
        ("ssh", "echo 'Host key verification failed.' >&2; exit 255", .forbidden),
        ("ssh", "echo 'bash: line 1: nft: command not found' >&2; exit 127", .invalid),
        ("ssh", "echo 'sudo: nft: command not found' >&2; exit 1", .invalid),
        ("ssh", "echo 'sudo: a password is required' >&2; exit 1", .forbidden),
        ("nft", "echo 'Operation not permitted (you must be root)' >&2; exit 1", .forbidden),
        ("ip", "echo 'exec of \"nft\" failed: No such file or directory' >&2; exit 255", .invalid),
        ("wrap", "exit 69", .unreachable),
        ("nft", "echo '/dev/stdin:3:5-9: Error: syntax error'; echo '  ^^^^' >&2; exit 1", .rejected),
        ("nft", "echo 'not JSON at all'; exit 0", .invalid),
        ("nft", "kill -9 $$", .unreachable),
    ])
    func `Each ending says what it means`(name: String, script: String, kind: Fault.Kind) async throws {
        try await withProgram(name, script) { program in
            let fault = try await fault { try await bench([program]).block.examine(bench([program]).context()) }
            #expect(fault.kind == kind, "\(fault)")
            #expect(fault.place == "dc1, firewall edge" && !fault.next.isEmpty)
        }
    }

    @Test func `A program that is not there is said with its name`() async throws {
        let bench = bench(["no-such-program-4711"])
        let fault = try await fault { try await bench.block.examine(bench.context()) }
        #expect(fault.kind == .invalid && fault.what.contains("\"no-such-program-4711\" is not there"), "\(fault)")
    }

    @Test func `A rule that nft refuses is known before anything is changed, with the line that says why`() async throws
    {
        let script = """
            case "$*" in
            "-j list tables") echo '\(Self.listing)';;
            "-c -f -") cat > $0.input; echo '/dev/stdin:9:5-9: Error: syntax error, unexpected ct' >&2
              echo '        ct direction' >&2; echo '        ^^' >&2; exit 1;;
            *) echo "$*" > $0.wrong; exit 9;;
            esac
            """
        try await withProgram("nft", script) { program in
            let bench = bench([program])
            let fault = try await fault { try await bench.block.examine(bench.context()) }
            #expect(fault.kind == .rejected)
            #expect(fault.what == "nft ended with 1: /dev/stdin:9:5-9: Error: syntax error, unexpected ct")
            let input = try String(contentsOfFile: program + ".input", encoding: .utf8)
            #expect(input.hasPrefix("table inet handover\ndelete table inet handover\ntable inet handover {\n"))
            #expect(!FileManager.default.fileExists(atPath: program + ".wrong"), "nothing else was called")
        }
    }

    @Test func `A host that is lost in the middle of the change leaves it unknown, and a silent one is not waited for`()
        async throws
    {
        let script = "case \"$*\" in '-j list tables') echo '\(Self.listing)';; '-f -') exit 255;; esac"
        try await withProgram("ssh", script) { program in
            let bench = bench([program])
            let found = try await bench.block.examine(bench.context())
            let fault = try await fault { try await bench.block.act(bench.context(), on: found) }
            #expect(fault.kind == .uncertain && fault.what.hasPrefix("ssh does not reach the host"), "\(fault)")
        }
        try await withProgram("nft", "exec sleep 300") { program in
            let host = HostProgram(words: [program], environment: ["PATH": "/usr/bin:/bin"], place: "here", seconds: 1)
            let read = try await fault { try await host.run() }
            #expect(read.kind == .unreachable && read.what == "it gave no answer within 1 s", "\(read)")
            #expect(try await fault { try await host.run(changes: true) }.kind == .uncertain)
        }
    }

    @Test func `Words reach the program as they are, and a probe that cannot be tried proves nothing`() async throws {
        let script = """
            printf '%s\\n' "$@" > $0.words; env | sort > $0.environment
            case "$*" in *tables*) echo '\(Self.listing)';; esac
            """
        try await withProgram("nft", script) { program in
            let odd = "; touch x $(id) 'a b'"
            let probes = [
                SiteFirewall.Probe(name: "lost", program: ["sh", "-c", "echo 'no way' >&2; exit 255"]),
                SiteFirewall.Probe(name: "none", program: ["no-such-program-4711"]),
            ]
            let bench = bench([program, odd], probes: probes)
            let found = try await bench.block.examine(bench.context())
            #expect(
                found.verdict == .needed && found.sentence.contains("not to be tried: lost (it ended with 255: no way)")
            )
            #expect(found.sentence.contains("none (\"no-such-program-4711\" is not there"), "\(found.sentence)")
            #expect(RememberedBlock(facts: found.facts)?.controls == [])
            #expect(try String(contentsOfFile: program + ".words", encoding: .utf8) == "\(odd)\n-c\n-f\n-\n")
            let environment = try String(contentsOfFile: program + ".environment", encoding: .utf8)
            #expect(environment.contains("LC_ALL=C\n") && !environment.contains("HANDOVER_"))
        }
    }
}
