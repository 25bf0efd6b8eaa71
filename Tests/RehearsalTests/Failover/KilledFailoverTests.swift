import FailoverModel
import Foundation
import Glibc
import HandoverTestSupport
import JournalStore
import Rehearsal
import Testing

/// A failover on real servers whose process is killed with SIGKILL at a chosen boundary, and resumed.
@Suite(.serialized) struct KilledFailoverTests {
    @Test(arguments: [
        "after-append run.started", "after-append run.claimed", "before-append step.intended freeze@dc2",
        "after-act freeze@dc3", "after-append step.approved promote", "after-append step.intended promote",
        "during-act promote", "after-act promote", "after-append step.succeeded promote", "after-act start-workloads",
        "after-append step.intended activate-release", "during-act activate-release", "after-act activate-release",
        "before-append step.succeeded follow@dc3", "before-append run.released",
    ])
    func `killed there and resumed, service is on dc2, dc3 follows, and no acknowledged row is lost`(
        boundary: String
    ) async throws {
        // With Helm there is nothing left to scale.
        try await FailoverStage.with(helm: !boundary.hasSuffix("start-workloads")) { failover in
            try await failover.stage.breakSite("dc1")
            let killed = try await failover.failOver(killAt: boundary)
            #expect(killed.code == -SIGKILL, "\(boundary): \(killed.output)\(killed.errors)")
            let resumed = try await failover.handover("resume", "--yes")
            #expect(resumed.code == 0, "\(boundary): \(resumed.output)\(resumed.errors)")
            #expect(try await failover.roles() == ["dc2": "primary", "dc3": "standby"])
            try await failover.expectNothingLost()
            try expectNoRepeats(failover, boundary)
            #expect(try JournalReader.verify(path: failover.journal).isSound)
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
