import FailoverModel
import Synchronization

/// What persons did in a run, as its entries tell it: answers to questions, and what they did beside them.
struct RecordedPersons: Sendable {
    /// Something a person did that is not the answer to a question put to the executor's own terminal.
    struct Act: Equatable, Sendable {
        var event: Event
        var actor: String
        /// Milliseconds since the executor's claim; nil while nobody held the run.
        var afterClaimMilliseconds: Int64?
    }

    /// What persons did while one executor held the run, and after it until the next.
    struct Session: Equatable, Sendable {
        var during: [Act] = []
        var after: [Act] = []
        var rollsBack: String??
        /// A rollback was turned round.
        var goesForward: String??
    }

    struct Reply: Equatable, Sendable {
        var answer: Answer
        var waitMilliseconds: Int64
    }

    private(set) var sessions: [Session] = []
    /// By step, for each time it asked: nil where nobody answered before the executor let go.
    private(set) var replies: [String: [Reply?]] = [:]

    init(_ entries: [Entry]) throws {
        var claimedAt: Moment?
        var asked: [String: Moment] = [:]
        for entry in entries {
            switch try Event(entry) {
            case .runClaimed:
                claimedAt = entry.time
                sessions.append(Session())
                asked = [:]
            case .runReleased: claimedAt = nil
            case .rollbackStarted(let payload):
                if !sessions.isEmpty { sessions[sessions.count - 1].rollsBack = .some(payload.reason) }
            case .rollbackWithdrawn(let payload):
                if !sessions.isEmpty { sessions[sessions.count - 1].goesForward = .some(payload.reason) }
            // A run is given up only once nobody holds it any more, whether or not the executor lived to let go of it.
            case .runAbandoned(let payload): add(.runAbandoned(payload), entry, nil)
            case .approvalRequested(let payload):
                asked[payload.step] = entry.time
                replies[payload.step, default: []].append(nil)
            case .stepApproved(let payload):
                take(
                    .stepApproved(payload), entry, claimedAt, asked: asked.removeValue(forKey: payload.step),
                    Answer(isYes: true, reason: payload.reason))
            case .stepDenied(let payload):
                take(
                    .stepDenied(payload), entry, claimedAt, asked: asked.removeValue(forKey: payload.step),
                    Answer(isYes: false, reason: payload.reason))
            case .stepSkipped(let payload): add(.stepSkipped(payload), entry, claimedAt)
            case .stepDecided(let payload): add(.stepDecided(payload), entry, claimedAt)
            case .runStarted, .noteAdded, .outsideEventRecorded, .stepIntended, .stepSucceeded, .stepFailed,
                .stepRefused, .stepDeferred,
                .stepDoubted, .debtSettled, .siteObserved, .secretsCompared, .checkCompleted, .debtReopened:
                break
            }
        }
    }

    private mutating func take(_ event: Event, _ entry: Entry, _ claimedAt: Moment?, asked: Moment?, _ answer: Answer) {
        guard let asked, claimedAt != nil, let step = event.step, let count = replies[step]?.count else {
            return add(event, entry, claimedAt)
        }
        replies[step]?[count - 1] = Reply(
            answer: answer, waitMilliseconds: max(0, entry.time.milliseconds(since: asked)))
    }

    private mutating func add(_ event: Event, _ entry: Entry, _ claimedAt: Moment?) {
        guard !sessions.isEmpty else { return }
        let after = claimedAt.map { max(0, entry.time.milliseconds(since: $0)) }
        let act = Act(event: event, actor: entry.actor, afterClaimMilliseconds: after)
        if claimedAt == nil {
            sessions[sessions.count - 1].after.append(act)
        } else {
            sessions[sessions.count - 1].during.append(act)
        }
    }
}

/// Answers a step's questions as they were answered then, after as long a wait.
final class RecordedApprover: Approver {
    private let clock: any EngineClock
    private let replies: Mutex<[String: [RecordedPersons.Reply?]]>

    init(_ persons: RecordedPersons, clock: any EngineClock) {
        self.clock = clock
        replies = Mutex(persons.replies)
    }

    func answer(step: PlannedStep, question: String) async -> Answer? {
        let reply = replies.withLock { replies -> RecordedPersons.Reply? in
            guard replies[step.id]?.isEmpty == false else { return nil }
            return replies[step.id]?.removeFirst()
        }
        guard let reply else { return nil }
        await clock.sleep(milliseconds: reply.waitMilliseconds)
        return reply.answer
    }
}

/// Nobody else carries the run out in a rehearsal.
struct NobodyLives: ExecutorRegistry {
    func liveness(of executor: Executor) -> Liveness { .gone("it was an executor of the rehearsal") }
}
