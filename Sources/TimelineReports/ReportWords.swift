package import FailoverModel

extension Int64 {
    /// Milliseconds as people read them: `0.4 s`, `12.3 s`, `4 min 05 s`, `2 h 07 min`.
    package var asSeconds: String {
        switch self {
        case ..<0: "−\((0 - self).asSeconds)"
        case ..<60_000: "\(self / 1000).\(self / 100 % 10) s"
        case ..<3_600_000: "\(self / 60_000) min \(Self.twoDigits(self / 1000 % 60)) s"
        default: "\(self / 3_600_000) h \(Self.twoDigits(self / 60_000 % 60)) min"
        }
    }

    /// Nothing for nothing.
    var asSecondsOrEmpty: String { self > 0 ? asSeconds : "" }

    /// Microseconds since the start of a run: `+12.3 s`, `−4 min 00 s`.
    var asOffset: String {
        self < 0 ? (self / 1000 == 0 ? "−0.0 s" : (self / 1000).asSeconds) : "+\((self / 1000).asSeconds)"
    }

    /// Milliseconds after which something was written down: `2 h 03 min later`.
    var asLateness: String { self < 0 ? "\((0 - self).asSeconds) earlier" : "\(asSeconds) later" }

    private static func twoDigits(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

extension RunStanding {
    package var words: String {
        switch self {
        case .started: "not begun yet"
        case .running: "going on"
        case .waiting: "waiting for a person"
        case .failed: "stopped"
        case .refused: "stopped by a safety rule"
        case .interrupted: "interrupted"
        case .completed: "completed"
        case .rolledBack: "rolled back"
        case .abandoned: "given up"
        }
    }
}

extension StepStanding {
    package var words: String {
        switch self {
        case .pending: "not begun"
        case .asked: "waiting for an answer"
        case .approved: "approved"
        case .denied: "denied"
        case .acting: "under way"
        case .succeeded: "done"
        case .failed: "failed"
        case .unknown: "unknown"
        case .refused: "refused"
        case .deferred: "owed"
        case .skipped: "left out"
        case .doubted: "in doubt"
        case .undoing: "being undone"
        case .undone: "undone"
        case .undoFailed: "undoing failed"
        case .undoUnknown: "undoing unknown"
        case .undoRefused: "undoing refused"
        case .undoDoubted: "undoing in doubt"
        case .left: "left as it is"
        }
    }
}
