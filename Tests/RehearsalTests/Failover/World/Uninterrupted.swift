import FailoverModel
import HandoverTestSupport
import Rehearsal
import Testing

/// A failover that nobody interrupts: what the others are held against. Each is run once, when the first test asks for it.
struct Uninterrupted: Sendable {
    var world: WorldPicture
    /// Where it can be killed: before, during and after each step that acted, and after each that had nothing to do.
    var boundaries: [String]

    static let withoutDC1 = Task { try await run(isDead: true) }
    static let withDC1 = Task { try await run(isDead: false) }

    private static func run(isDead: Bool) async throws -> Uninterrupted {
        var result: Uninterrupted?
        try await FailoverStage.with(programs: true) { failover in
            if isDead { try await failover.stage.breakSite("dc1") }
            let ending = try await failover.failOver()
            #expect(ending.code == 0, "\(ending.output)\(ending.errors)")
            try await failover.expectNothingLost()
            result = Uninterrupted(
                world: try await failover.settledWorld(), boundaries: boundaries(of: try failover.events()))
        }
        return try #require(result)
    }

    private static func boundaries(of events: [Event]) -> [String] {
        var intended: Set<String> = []
        var boundaries = ["after-append run.started", "after-append run.claimed"]
        for event in events {
            guard let step = event.step else { continue }
            switch event {
            case .stepIntended:
                guard intended.insert(step).inserted else { continue }
                boundaries += [
                    "before-append step.intended \(step)", "before-act \(step)", "during-act \(step)",
                    "after-act \(step)",
                ]
            case .stepSucceeded: boundaries += ["after-append step.succeeded \(step)"]
            case .stepDeferred: boundaries += ["after-append step.deferred \(step)"]
            case .stepApproved:
                boundaries += ["before-append step.approved \(step)", "after-append step.approved \(step)"]
            default: continue
            }
        }
        return boundaries + ["before-append run.released"]
    }
}
