package import FailoverModel

extension RunTimeline.Attempt {
    /// The class of its bar.
    var look: String {
        switch outcome {
        case .succeeded, .adopted, .decidedDone: direction == .forward ? "done" : "undone"
        case .alreadySo: "same"
        case .failed, .refused, .decidedNotDone: "bad"
        case .unknown, .doubted, .lost: "doubt"
        case .deferred, .skipped: "left"
        case nil: "on"
        }
    }
}

extension StepStanding {
    /// The class of its words.
    package var look: String {
        switch self {
        case .succeeded, .undone: "good"
        case .failed, .refused, .denied, .undoFailed, .undoRefused: "bad"
        case .unknown, .doubted, .undoUnknown, .undoDoubted: "doubt"
        case .asked, .deferred, .acting, .undoing, .approved: "warn"
        case .pending, .skipped, .left: "dim"
        }
    }

    /// Its state where colours do not show.
    package var mark: String {
        switch self {
        case .succeeded: "✓"
        case .undone: "↩"
        case .failed, .refused, .denied, .undoFailed, .undoRefused: "✗"
        case .unknown, .doubted, .undoUnknown, .undoDoubted: "?"
        case .asked: "?"
        case .deferred: "→"
        case .acting, .undoing, .approved: "…"
        case .pending: "·"
        case .skipped, .left: "–"
        }
    }
}

extension RunStanding {
    package var look: String {
        switch self {
        case .completed: "good"
        case .rolledBack, .abandoned: "dim"
        case .failed, .refused: "bad"
        case .started, .running, .waiting, .interrupted: "warn"
        }
    }
}
