import FailoverModel
import Rehearsal
import RunEngine
import TimelineReports

extension CommandFailure {
    /// Makes any error of the program something that says what, where and what next.
    init(_ error: any Error, invocation: Invocation?) {
        switch error {
        case let failure as CommandFailure: self = failure
        case let fault as Fault: self.init(fault)
        case let problems as Diagnostics: self.init(problems)
        case let error as TimelineFailure:
            self.init(
                kind: "invalid", what: error.what, place: "the run's entries",
                next: "`handover journal verify` says whether the journal is sound", status: .journalDamaged)
        case let error as RunError: self.init(error, invocation: invocation)
        case let error as InvalidTransition: self.init(damaged: error.what, sequence: error.sequence)
        case let error as UnreadableEntry: self.init(damaged: error.what, sequence: error.sequence)
        case let error as RehearsalInterrupted:
            self.init(
                kind: "interrupted", what: "up was interrupted, and what it had started is stopped",
                place: error.directory, next: "Run it again when you like", status: .interrupted)
        default:
            self =
                Self.ofJournal(error)
                ?? CommandFailure(
                    kind: "unexpected", what: "\(error)", place: "",
                    next: "`handover status` shows how things stand", status: .stopped)
        }
    }

    private init(damaged what: String, sequence: Int64) {
        self.init(
            kind: "damaged", what: what, place: "journal sequence \(sequence)",
            next:
                "`handover journal verify` says whether the journal is sound; if it is, use the handover that wrote it",
            status: .journalDamaged)
    }

    private init(_ error: RunError, invocation: Invocation?) {
        func type(_ words: String...) -> String {
            invocation?.line(words) ?? "handover " + words.joined(separator: " ")
        }
        switch error {
        case .noSuchRun(let run):
            self.init(
                kind: "invalid", what: "there is no such run", place: "run \(run)",
                next: "\(type("runs")) lists them", status: .badInput)
        case .held(let run, let claim, let liveness): self.init(run: run, heldBy: claim, liveness, next: type)
        case .claimLost(let run, let executor):
            let what = executor.map {
                "another executor took the run while this one worked: process \($0.pid) on \($0.host)"
            }
            self.init(
                kind: "held", what: what ?? "the run was given up while this process carried it out",
                place: "run \(run)",
                next: "\(type("show", run)) shows how it stands", status: .held)
        case .over(let run, let standing):
            self.init(
                kind: "invalid", what: "the run is over (\(standing.rawValue))", place: "run \(run)",
                next: "\(type("show", run)) shows what it did", status: .badInput)
        case .pastPivot(let run, let step):
            self.init(
                kind: "refused",
                what: "step \(step) was done, so the data has moved and cannot be taken back by undoing: "
                    + "the service stays where it is now",
                place: "run \(run)",
                next:
                    "If it is not over, finish it with \(type("resume", run)). To go back, make the old site's database "
                    + "a standby of the new primary (pg_rewind or pg_basebackup), then fail over in the other direction",
                status: .refused)
        case .notPossible(let fault): self.init(fault)
        }
    }

    private init(run: String, heldBy claim: RunState.Claim, _ liveness: Liveness, next type: (String...) -> String) {
        let holder =
            "\(claim.actor) holds it (process \(claim.executor.pid) on \(claim.executor.host), since \(claim.since))"
        switch liveness {
        case .unknown(let why):
            self.init(
                kind: "held", what: "\(holder); whether that still lives is not known: \(why)", place: "run \(run)",
                next: "Make sure on \(claim.executor.host) that it is gone, then \(type("resume", run, "--take-over"))",
                status: .held)
        case .alive, .gone:
            self.init(
                kind: "held", what: holder, place: "run \(run)",
                next: "Let it go on (\(type("show", run))), or end that process and \(type("resume", run))",
                status: .held)
        }
    }
}
