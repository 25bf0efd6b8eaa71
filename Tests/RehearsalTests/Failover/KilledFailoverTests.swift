import FailoverModel
import Foundation
import Glibc
import HandoverTestSupport
import JournalStore
import Rehearsal
import Testing

/// A failover on real servers whose process is killed with SIGKILL at a chosen boundary, and resumed: the world is then what
/// it is after a failover that nobody interrupted, system by system.
///
/// `HANDOVER_EVERY_BOUNDARY=1` in the environment kills it before, during and after every step that the plan turns out to
/// have, instead of at the chosen boundaries.
@Suite(.serialized) struct KilledFailoverTests {
    static let isThorough = ProcessInfo.processInfo.environment["HANDOVER_EVERY_BOUNDARY"] != nil

    static let failures = [
        "before-append step.intended freeze@dc2", "after-act media", "after-append step.intended promote",
        "during-act promote", "after-act promote", "during-act activate-release", "after-act service",
        "after-act move-names", "before-append run.released",
    ]

    static let planned = [
        "after-act fence-database", "after-act block-outbound", "during-act move-names", "during-act stand-down",
    ]

    @Test(arguments: failures)
    func `killed there and resumed, service is on dc2, dc3 follows, and no acknowledged row is lost`(
        boundary: String
    ) async throws {
        try await FailoverStage.with(programs: true) { failover in
            try await failover.stage.breakSite("dc1")
            try await killAndResume(failover, boundary)
            #expect(try await failover.roles() == ["dc2": "primary", "dc3": "standby"])
            try await failover.expectWorld(Uninterrupted.withoutDC1.value.world, boundary)
        }
    }

    @Test(arguments: planned)
    func `killed there while dc1 is alive and resumed, dc1 is closed and stopped as well`(boundary: String) async throws
    {
        try await FailoverStage.with(programs: true) { failover in
            try await killAndResume(failover, boundary)
            let status = try await failover.json("status")
            let sites = try #require(status["sites"] as? [String: [String: Any]])
            #expect(sites["dc1"]?["role"] as? String == "fenced")
            #expect((sites["dc1"]?["owed"] as? [Any])?.isEmpty == true)
            #expect(try await failover.stage.status().sites.map(\.service) == [503, 200, 503])
            let path = #"{.items[*].metadata.labels.app\.kubernetes\.io/instance}"#
            #expect(try await failover.kubectl("dc1", "get", "pods", "-o", "jsonpath=\(path)") == "node-exporter")
            #expect(
                try await failover.kubectl("dc1", "get", "networkpolicies", "-o", "name")
                    == "networkpolicy.networking.k8s.io/handover-block-outbound")
            try await failover.expectWorld(Uninterrupted.withDC1.value.world, boundary)
        }
    }

    @Test(
        .enabled(if: isThorough, "set HANDOVER_EVERY_BOUNDARY=1 to kill it around every step"),
        arguments: [true, false])
    func `killed before, during and after every step of the plan, it ends in the same world`(isDead: Bool) async throws
    {
        let reference = try await (isDead ? Uninterrupted.withoutDC1 : Uninterrupted.withDC1).value
        for (number, boundary) in reference.boundaries.enumerated() {
            print("\(isDead ? "dc1 dead" : "dc1 alive"), \(number + 1) of \(reference.boundaries.count): \(boundary)")
            try await FailoverStage.with(programs: true) { failover in
                if isDead { try await failover.stage.breakSite("dc1") }
                try await killAndResume(failover, boundary)
                try await failover.expectWorld(reference.world, boundary)
            }
        }
    }

    @Test func `without programs of others, killed while it scales`() async throws {
        try await FailoverStage.with { failover in
            try await failover.stage.breakSite("dc1")
            try await killAndResume(failover, "after-act start-workloads", isWithPrograms: false)
        }
    }

    private func killAndResume(
        _ failover: FailoverStage, _ boundary: String, isWithPrograms: Bool = true
    ) async throws {
        let killed = try await failover.failOver(killAt: boundary)
        #expect(killed.code == -SIGKILL, "\(boundary): \(killed.output)\(killed.errors)")
        let resumed = try await failover.handover("resume", "--yes")
        #expect(resumed.code == 0, "\(boundary): \(resumed.output)\(resumed.errors)")
        try await failover.expectNothingLost()
        try expectNoRepeats(failover, boundary)
        #expect(try JournalReader.verify(path: failover.journal).isSound)
        if isWithPrograms {
            #expect(try await failover.address(of: "matrix.ess.test") == "203.0.113.12", "\(boundary)")
            #expect(try await failover.objects(in: "ess-media") == ["local_content/ab/cd/old"], "\(boundary)")
        }
    }

    /// Reads the entries one by one: after a success no further intent, one promotion only, and dc2 on timeline 2.
    private func expectNoRepeats(_ failover: FailoverStage, _ boundary: String) throws {
        var succeeded: Set<String> = []
        for event in try failover.events() {
            switch event {
            case .stepIntended(let payload):
                #expect(!succeeded.contains(payload.step), "\(boundary): \(payload.step) was done again")
            case .stepSucceeded(let payload):
                succeeded.insert(payload.step)
                if payload.step == "promote" { #expect(payload.facts["newTimeline"]?.integer == 2, "\(boundary)") }
            default: continue
            }
        }
        #expect(succeeded.isSuperset(of: ["promote", "follow@dc3", "service"]))
    }
}
