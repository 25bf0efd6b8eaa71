import FailoverModel
import Glibc
import HandoverTestSupport
import JournalStore
import Rehearsal
import Testing

/// A failover that stops before its point of no return and is rolled back: the world is then what it was before, system by
/// system, and the old site goes on serving.
///
/// One rehearsal serves for all stops, because each leaves it as it found it. `HANDOVER_EVERY_BOUNDARY=1` stops after every
/// step of the plan, and kills the rollback in the middle of every undo.
@Suite(.serialized) struct RolledBackFailoverTests {
    @Test(arguments: [false, true])
    func `stopped before the promotion and rolled back, every system is as it was`(isDead: Bool) async throws {
        try await FailoverStage.with(programs: true) { failover in
            if isDead { try await failover.stage.breakSite("dc1") }
            let before = try await failover.settledWorld()
            // The longest way first: every step before the pivot is done, and undone.
            try await stopAndRollBack(failover, Self.pivot, before)
            let (stops, undone) = try Self.stops(in: failover.events())
            if !isDead {
                #expect(undone.isSuperset(of: ["fence-database", "block-outbound", "remove-workloads", "freeze@dc2"]))
            }
            for stop in KilledFailoverTests.isThorough ? stops : [] {
                try await stopAndRollBack(failover, stop, before)
            }
            for step in KilledFailoverTests.isThorough ? undone.sorted() : ["freeze@dc3"] {
                for moment in ["before-undo", "after-undo"] {
                    try await stopAndRollBack(failover, Self.pivot, before, killAt: "\(moment) \(step)")
                }
            }
            #expect(try JournalReader.verify(path: failover.journal).isSound)
            if !isDead { try await expectService(failover) }
        }
    }

    /// Everything before the promotion is done, and its intent not yet written: once it is, it may happen yet.
    private static let pivot = "before-append step.intended promote"

    /// The ends of the first run's steps, and the steps that were really undone.
    private static func stops(in events: [Event]) throws -> (stops: [String], undone: Set<String>) {
        var stops: [String] = []
        var undone: Set<String> = []
        for event in events {
            switch event {
            case .stepIntended(let payload) where payload.direction == .back: undone.insert(payload.step)
            case .stepSucceeded(let payload) where payload.direction == .forward:
                stops.append("after-append step.succeeded \(payload.step)")
            case .stepDeferred(let payload): stops.append("after-append step.deferred \(payload.step)")
            default: continue
            }
        }
        return (stops, undone)
    }

    private func stopAndRollBack(
        _ failover: FailoverStage, _ stop: String, _ before: WorldPicture, killAt: String? = nil
    ) async throws {
        let place = [stop, killAt].compactMap(\.self).joined(separator: ", rollback killed ")
        if KilledFailoverTests.isThorough { print("rolled back: \(place)") }
        let killed = try await failover.failOver(killAt: stop)
        #expect(killed.code == -SIGKILL, "\(place): \(killed.output)\(killed.errors)")
        if let killAt {
            let interrupted = try await failover.handover("rollback", "--yes", killAt: killAt)
            #expect(interrupted.code == -SIGKILL, "\(place): \(interrupted.output)\(interrupted.errors)")
        }
        let back = try await failover.handover("rollback", "--yes")
        #expect(back.code == 0, "\(place): \(back.output)\(back.errors)")
        let deadline = ContinuousClock.now + .seconds(30)
        var differences = try await failover.world().differences(from: before)
        while !differences.isEmpty, ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(200))
            differences = try await failover.world().differences(from: before)
        }
        #expect(differences == [], "\(place)")
    }

    /// dc1 takes the writer's rows again, and none that it had acknowledged is gone.
    private func expectService(_ failover: FailoverStage) async throws {
        let acknowledged = failover.stage.acknowledgements().count
        try await failover.until("the writer is acknowledged by dc1 again") {
            failover.stage.acknowledgements().count > acknowledged + 20
        }
        try await failover.stage.stopWriter()
        let report = try await failover.stage.writerReport()
        #expect(report.primary == "dc1" && report.lost == [] && report.duplicated == [])
    }
}
