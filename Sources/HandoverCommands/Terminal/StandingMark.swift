import FailoverModel

/// How a standing is shown: a symbol, a word that reads without the symbol and without colour, and a colour.
///
/// Red is for what needs a person and nothing else; a site that is away is expected in a failover.
struct StandingMark: Equatable, Sendable {
    var symbol: String
    var word: String
    var colour: TerminalStyle.Colour?

    init(_ symbol: String, _ word: String, _ colour: TerminalStyle.Colour? = nil) {
        self.symbol = symbol
        self.word = word
        self.colour = colour
    }

    /// A run that is claimed by an executor known to be gone.
    static let executorGone = StandingMark("■", "its executor is gone", .yellow)

    func painted(_ style: TerminalStyle, width: Int = 0) -> String {
        let text = "\(symbol) \(word)".fitted(to: max(width, "\(symbol) \(word)".cells))
        return colour.map { style.paint(text, $0) } ?? text
    }
}

extension StepStanding {
    var mark: StandingMark {
        switch self {
        case .pending: StandingMark("·", "not yet", .dim)
        case .asked: StandingMark("?", "asks you", .yellow)
        case .approved: StandingMark("·", "approved", .cyan)
        case .denied: StandingMark("■", "denied", .yellow)
        case .acting: StandingMark("▸", "doing", .cyan)
        case .succeeded: StandingMark("✓", "done", .green)
        case .failed: StandingMark("✗", "failed", .red)
        case .unknown: StandingMark("?", "unknown", .yellow)
        case .refused: StandingMark("■", "refused", .red)
        case .deferred: StandingMark("→", "owed", .yellow)
        case .skipped: StandingMark("-", "left out", .yellow)
        case .doubted: StandingMark("?", "in doubt", .yellow)
        case .undoing: StandingMark("◂", "undoing", .cyan)
        case .undone: StandingMark("✓", "undone", .green)
        case .undoFailed: StandingMark("✗", "not undone", .red)
        case .undoUnknown: StandingMark("?", "unknown", .yellow)
        case .undoRefused: StandingMark("■", "stays", .red)
        case .undoDoubted: StandingMark("?", "in doubt", .yellow)
        case .left: StandingMark("-", "left", .yellow)
        }
    }

    /// Whether something is being done to the world right now.
    var isUnderWay: Bool { self == .acting || self == .undoing }
}

extension RunStanding {
    var mark: StandingMark {
        switch self {
        case .started: StandingMark("·", "not begun", .yellow)
        case .running: StandingMark("▸", "going on", .cyan)
        case .waiting: StandingMark("?", "waits for a person", .yellow)
        case .failed: StandingMark("✗", "stopped", .red)
        case .refused: StandingMark("■", "stopped by a safety rule", .red)
        case .interrupted: StandingMark("■", "interrupted", .yellow)
        case .completed: StandingMark("✓", "completed", .green)
        case .rolledBack: StandingMark("✓", "rolled back", .green)
        case .abandoned: StandingMark("-", "given up", .yellow)
        }
    }
}
