import FailoverModel

/// The exit codes of the program, which scripts rely on.
package enum ExitStatus: Int32, CaseIterable, Sendable {
    case done = 0
    /// The run stopped and can be resumed.
    case stopped = 1
    /// The command line or a file given to it is wrong.
    case badInput = 2
    /// A safety rule forbids it.
    case refused = 3
    /// A person's approval or decision is missing.
    case waiting = 4
    case journalDamaged = 5
    /// Another executor holds the run.
    case held = 6
    /// A person sent SIGINT, SIGTERM or SIGHUP.
    case interrupted = 130

    /// How an executor that let go of a run ends.
    init(_ standing: RunStanding) {
        switch standing {
        case .completed, .rolledBack, .abandoned: self = .done
        case .waiting: self = .waiting
        case .refused: self = .refused
        case .interrupted: self = .interrupted
        case .failed, .started, .running: self = .stopped
        }
    }

    init(_ kind: Fault.Kind) {
        switch kind {
        case .refused: self = .refused
        case .invalid: self = .badInput
        case .unreachable, .uncertain, .rejected, .forbidden, .conflict, .throttled, .unavailable: self = .stopped
        }
    }
}
