import FailoverModel
import Foundation
import HandoverCommands
import HandoverTestSupport
import Synchronization
import Testing

@testable import Systems

@Suite(
    "firewall: a run of the program", .serialized,
    .disabled(if: TestNetwork.obstacle != nil, "the kernel lets no test have network namespaces: see the notice"))
struct FirewallRunTests {
    @Test func `A run closes one site and opens the other, and a rollback leaves both as they were`() async throws {
        try await TestNetwork.with { network in
            try write(network)
            // An earlier failover has left the target closed.
            let earlier = FirewallBench(.nftables(program: world(network), allow: []))
            try await earlier.carryOut(earlier.block, run: "old-1")
            let before = try await tables(network)

            let planned = await call("plan", network, "--from", "dc1", "--to", "dc2")
            #expect(planned.code == 0, "\(planned.text)")
            #expect(planned.text.contains("made by old-1, will be taken away"), "\(planned.text)")
            #expect(planned.text.contains("out got through just now and must not afterwards"), "\(planned.text)")
            #expect(try await tables(network) == before)

            let stopped = await call("run", network, "--from", "dc1", "--to", "dc2")
            #expect(stopped.code == 4, "\(stopped.text)")
            let after = try await tables(network)
            #expect(after[0].contains("blocked by handover, run fire-") && !after[1].contains("handover"), "\(after)")

            let back = await call("rollback", network, "--yes")
            #expect(back.code == 0, "\(back.text)")
            #expect(try await tables(network) == before)
        }
    }

    @Test func `What cannot be reached is owed, and settled when it is back`() async throws {
        try await TestNetwork.with { network in
            try write(network)
            try "".write(toFile: "\(network.directory)/away", atomically: true, encoding: .utf8)
            let ran = await call("run", network, "--from", "dc1", "--to", "dc2", "--yes")
            #expect(ran.code == 0 && ran.text.contains("owed to dc1"), "\(ran.text)")
            let still = await call("settle", network, "dc1", "--yes")
            #expect(still.code == 1, "\(still.text)")
            try FileManager.default.removeItem(atPath: "\(network.directory)/away")
            let settled = await call("resume", network, "--yes")
            #expect(settled.code == 0, "\(settled.text)")
            #expect(try await tables(network)[0].contains("blocked by handover, run settle-dc1"))
            #expect(try await !network.reaches(TestNetwork.worldAddress, from: network.site))
            #expect(await call("settle", network, "dc1").text.contains("Nothing is owed to dc1."))
        }
    }

    @Test func `A check names what would keep a firewall from being closed`() async throws {
        try await TestNetwork.with { network in
            try write(network)
            let sound = await call("check", network, "--strict", "--from", "dc1", "--to", "dc2")
            #expect(sound.code == 0, "\(sound.text)")
            let json = await call("check", network, "--json", "--from", "dc1", "--to", "dc2")
            for words in ["firewall.driver", "firewall.outside", "firewall.probes", "can be made", "out got through"] {
                #expect(json.text.contains(words), "\(words) in \(json.text)")
            }
            let bench = FirewallBench(.nftables(program: network.nft, allow: []))
            try await bench.carryOut(bench.block, run: "old-1")
            let closed = await call("check", network, "--from", "dc1", "--to", "dc2")
            #expect(closed.code == 3 && closed.text.contains("in place since old-1, and dc1 serves"), "\(closed.text)")
            try "".write(toFile: "\(network.directory)/away", atomically: true, encoding: .utf8)
            let away = await call("check", network, "--from", "dc1", "--to", "dc2")
            #expect(away.code == 3 && away.text.contains("ssh does not reach the host"), "\(away.text)")
        }
    }

    private func world(_ network: TestNetwork) -> [String] { ["ip", "netns", "exec", network.world, "nft"] }

    private func tables(_ network: TestNetwork) async throws -> [String] {
        [
            try await network.tables(),
            try await network.run(network.world, "nft", "-s", "list", "ruleset").output,
        ]
    }

    private func write(_ network: TestNetwork) throws {
        let probe = network.probe("out").program.map { "'\($0)'" }.joined(separator: ", ")
        let files = [
            "ssh": """
            #!/bin/sh
            if [ -e \(network.directory)/away ]; then echo 'ssh: no route to host' >&2; exit 255; fi
            shift
            exec ip netns exec \(network.site) "$@"
            """,
            "topology.yaml": """
            name: test
            sites:
              dc1:
                firewall:
                  edge:
                    driver: nftables
                    program: [\(network.directory)/ssh, edge, nft]
                    allow: [\(TestNetwork.friendAddress)]
                    probes: {out: [\(probe)]}
              dc2:
                firewall:
                  edge: {driver: nftables, program: [\(world(network).joined(separator: ", "))]}
            """,
            "fire.yaml": """
            name: fire
            title: Close one and open the other
            phases:
              - id: fire
                title: Fire
                steps:
                  - {id: block, command: firewall.block, site: from, whenUnreachable: defer, retry: {attempts: 1}}
                  - {id: open, command: firewall.open, site: to, needs: [block], retry: {attempts: 1}}
                  - {id: ask, command: firewall.open, site: to, needs: [open], approval: "Go on?"}
            """,
        ]
        for (name, text) in files {
            try text.write(toFile: "\(network.directory)/\(name)", atomically: false, encoding: .utf8)
        }
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: "\(network.directory)/ssh")
    }

    /// Calls the program in this process.
    private func call(_ command: String, _ network: TestNetwork, _ more: String...) async -> (code: Int32, text: String)
    {
        let text = Mutex("")
        let environment = [
            "HANDOVER_JOURNAL": "\(network.directory)/journal.sqlite", "HANDOVER_ACTOR": "anna",
            "HANDOVER_TOPOLOGY": "\(network.directory)/topology.yaml",
            "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "",
        ]
        let wiring = Wiring(
            console: Console(
                output: { line in text.withLock { $0 += line } }, error: { line in text.withLock { $0 += line } },
                isInteractive: false, ask: { _ in nil }),
            environment: { environment[$0] }, handlesSignals: false)
        let runbook = ["plan", "run"].contains(command) ? ["\(network.directory)/fire.yaml"] : []
        let code = await HandoverProgram.run([command] + runbook + more, wiring: wiring)
        return (code, text.withLock(\.self))
    }
}
