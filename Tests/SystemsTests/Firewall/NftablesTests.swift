import FailoverModel
import Foundation
import HandoverTestSupport
import Testing

@testable import Systems

/// nftables in network namespaces that the test makes, with real connections.
@Suite(
    "firewall: nftables on a host", .serialized,
    .disabled(if: TestNetwork.obstacle != nil, "the kernel lets no test have network namespaces: see the notice"))
struct NftablesTests {
    private func bench(_ network: TestNetwork, allow: [String] = [], probes: [SiteFirewall.Probe] = []) -> FirewallBench
    {
        FirewallBench(.nftables(program: network.nft, allow: allow.compactMap { InternetNetwork($0) }), probes: probes)
    }

    @Test func `New and open outbound connections are cut, what comes in is served, and friends stay reachable`()
        async throws
    {
        try await TestNetwork.with { network in
            let before = try await network.tables()
            let bench = bench(
                network, allow: [TestNetwork.friendAddress, "fd00:97::3/128"],
                probes: [network.probe("world"), network.probe("never", to: "10.97.0.99")])
            let outbound = try await network.connection(from: network.site, to: TestNetwork.worldAddress)
            let inbound = try await network.connection(from: network.world, to: TestNetwork.siteAddress)

            let planned = try await bench.block.examine(bench.context())
            #expect(planned.verdict == .needed)
            #expect(
                planned.sentence
                    == "the table inet handover at firewall edge will be made; world got through just now and "
                    + "must not afterwards; nothing will be proven by never, which did not get through even before")
            #expect(try await network.tables() == before, "a look changes nothing")

            let done = try await bench.carryOut(bench.block)
            #expect(done.verdict == .done)
            #expect(
                done.sentence
                    == "the table inet handover at firewall edge is in place; world got through before and "
                    + "did not any more; nothing is proven by never, not seen to get through before")
            let (site, world) = (network.site, network.world)
            #expect(try await !network.reaches(TestNetwork.worldAddress, from: site))
            #expect(try await !network.reaches(TestNetwork.worldAddress6, from: site))
            #expect(try await network.reaches(TestNetwork.friendAddress, from: site))
            #expect(try await network.reaches(TestNetwork.friendAddress6, from: site))
            #expect(try await network.reaches("127.0.0.1", from: site))
            #expect(try await network.reaches(TestNetwork.siteAddress, from: world))
            // With an empty neighbour table the site has to ask who is there before it can answer.
            for name in [site, world] { _ = try await network.run(name, "ip", "neigh", "flush", "all") }
            #expect(try await network.reaches(TestNetwork.siteAddress6, from: world))
            #expect(try await !outbound.stillAnswers(), "an open connection outlives no block")
            #expect(try await inbound.stillAnswers())

            let again = try await bench.block.examine(bench.context(remembered: done.facts))
            #expect(again.verdict == .done)
            try await bench.block.act(bench.context(remembered: done.facts), on: done)
            #expect(try await bench.block.examine(bench.context(remembered: done.facts)).verdict == .done)

            #expect(try await bench.takeBack(bench.block, done.facts).verdict == .done)
            #expect(try await network.tables() == before, "the undo leaves what was there before, to the letter")
            #expect(try await network.reaches(TestNetwork.worldAddress, from: site))
        }
    }

    @Test
    func `What the host forwards for others is cut too, and what comes in to them is served where they are allowed`()
        async throws
    {
        try await TestNetwork.with { network in
            try await network.withPod { pod in
                let bench = bench(network, allow: ["10.96.0.0/24", TestNetwork.friendAddress])
                #expect(try await network.reaches(TestNetwork.worldAddress, from: pod))
                let outbound = try await network.connection(from: pod, to: TestNetwork.worldAddress)
                let inbound = try await network.connection(from: network.world, to: TestNetwork.podAddress)
                #expect(try await bench.carryOut(bench.block).verdict == .done)
                #expect(try await !network.reaches(TestNetwork.worldAddress, from: pod))
                #expect(try await network.reaches(TestNetwork.friendAddress, from: pod))
                #expect(try await network.reaches(TestNetwork.podAddress, from: network.world))
                #expect(try await !outbound.stillAnswers())
                #expect(try await inbound.stillAnswers())
            }
        }
    }

    @Test func `What was closed before stays closed when a later run is undone`() async throws {
        try await TestNetwork.with { network in
            let bench = bench(network, probes: [network.probe("world")])
            try await bench.carryOut(bench.block, run: "r1")
            let closed = try await network.tables()
            let later = try await bench.carryOut(bench.block, run: "r2")
            #expect(later.verdict == .done && later.sentence.contains("nothing has proven that it holds"))
            #expect(
                try await bench.takeBack(bench.block, later.facts, run: "r2").sentence.hasSuffix("is as it was found"))
            #expect(try await network.tables() == closed)

            // Another allow-list makes it not whole; the undo gives back the old one.
            let other = self.bench(network, allow: ["10.97.0.3"], probes: [network.probe("world")])
            let found = try await other.block.examine(other.context("r3"))
            #expect(found.verdict == .needed && found.sentence.contains("will be made whole"))
            try await other.block.act(other.context("r3"), on: found)
            #expect(try await other.block.verify(other.context("r3"), after: found).verdict == .done)
            #expect(try await network.tables() != closed)
            #expect(try await other.takeBack(other.block, found.facts, run: "r3").verdict == .done)
            #expect(try await network.tables() == closed)

            // Made anew since by another run: that one's block is not this run's to take away.
            try await other.carryOut(other.block, run: "r4")
            let left = try await bench.takeBack(bench.block, found.facts, run: "r3")
            #expect(left.verdict == .done && left.sentence.contains("made anew by r4"))
        }
    }

    @Test func `Opened again what gets through is proven, and the undo closes it as it was`() async throws {
        try await TestNetwork.with { network in
            let bench = bench(network, probes: [network.probe("world")])
            let before = try await network.tables()
            try await bench.carryOut(bench.block, run: "r1")
            let closed = try await network.tables()
            let found = try await bench.open.examine(bench.context("r2"))
            #expect(found.verdict == .needed && found.sentence.contains("made by r1, will be taken away"))
            let opened = try await bench.carryOut(bench.open, run: "r2")
            #expect(opened.verdict == .done && opened.sentence.contains("and world got through"))
            #expect(try await network.tables() == before)
            #expect(try await bench.takeBack(bench.open, found.facts, run: "r2").verdict == .done)
            #expect(try await network.tables() == closed)
        }
    }

    @Test func `Where something else closes it, opening is refused until a person answers for it`() async throws {
        try await TestNetwork.with { network in
            let bench = bench(network, probes: [network.probe("world"), network.probe("never", to: "10.97.0.99")])
            let found = try await bench.open.examine(bench.context())
            #expect(found.verdict == .refused(rule: "closed-elsewhere", acceptance: "closed-outbound"))
            #expect(found.sentence.contains("and yet never did not get through"))
            let accepted = try await bench.open.examine(bench.context(accepted: ["closed-outbound"]))
            #expect(accepted.verdict == .done && accepted.sentence.hasSuffix("a person said to go on"))
        }
    }

    @Test(arguments: [
        "delete rule inet handover out handle %block", "insert rule inet handover out accept",
        "insert rule inet handover forward ip daddr 10.97.0.2 accept comment \"to 10.97.0.2\"",
        "delete chain inet handover forward",
        "add chain inet handover out { policy drop; }",
    ])
    func `A table that somebody changed is not taken for whole`(change: String) async throws {
        try await TestNetwork.with { network in
            let bench = bench(network)
            let done = try await bench.carryOut(bench.block)
            #expect(done.verdict == .done && done.sentence.contains("nothing has proven that it holds"))
            let listing = try await network.run(network.site, "nft", "-a", "list", "chain", "inet", "handover", "out")
                .output
            let line = listing.split(separator: "\n").first { $0.contains("blocked by handover") }
            let handle = line?.split(separator: " ").last.map(String.init) ?? ""
            let changed = try await network.run(
                network.site, "nft", "-f", "-", input: change.replacing("%block", with: handle) + "\n")
            try #require(changed.code == 0, "\(changed.errors)")
            let found = try await bench.block.examine(bench.context(remembered: done.facts))
            #expect(found.verdict == .needed, "\(found.sentence)")
        }
    }

    @Test func `A table of this name that is somebody else's is neither changed nor taken away`() async throws {
        try await TestNetwork.with { network in
            _ = try await network.run(
                network.site, "nft", "-f", "-", input: "add table inet handover\nadd chain inet handover mine\n")
            let theirs = try await network.tables()
            let bench = bench(network)
            for command in [bench.block, bench.open] as [any StepCommand] {
                let found = try await bench.carryOut(command)
                #expect(found.verdict == .refused(rule: "not-our-block", acceptance: nil))
                try? await command.act(bench.context(), on: found)
                #expect(try await network.tables() == theirs)
            }
        }
    }

    @Test func `A block that does not hold is not called done`() async throws {
        try await TestNetwork.with { network in
            // The probe runs outside the fenced scope, as with traffic that never passes this host's netfilter.
            let passing = SiteFirewall.Probe(name: "bypass", program: ["true"])
            let bench = bench(network, probes: [passing])
            let found = try await bench.carryOut(bench.block)
            #expect(found.verdict == .waiting && found.sentence.hasSuffix("is in place, and bypass still got through"))
        }
    }
}
