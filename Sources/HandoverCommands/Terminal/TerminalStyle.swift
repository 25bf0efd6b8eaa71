import FailoverModel
import Glibc

/// How text may look on one output: whether it is a terminal, whether in colour, how wide.
struct TerminalStyle: Equatable, Sendable {
    enum Colour: String, Sendable {
        case red = "31"
        case green = "32"
        case yellow = "33"
        case cyan = "36"
        case dim = "2"
        case bold = "1"
    }

    var isTerminal: Bool
    var hasColour: Bool
    var size: TerminalSize
    /// A terminal that cannot move its cursor (`TERM=dumb`), such as an editor's.
    var isDumb = false

    /// Whether what stands there can be drawn over.
    var mayRedraw: Bool { isTerminal && !isDumb }

    /// Plain text without a width, as for a pipe: one sentence a line, and nothing cut off.
    static let pipe = TerminalStyle(isTerminal: false, hasColour: false, size: TerminalSize(columns: 100_000))

    init(isTerminal: Bool, hasColour: Bool, size: TerminalSize) {
        self.isTerminal = isTerminal
        self.hasColour = hasColour
        self.size = size
    }

    /// As the output behind `descriptor` is now. Colour only on a terminal that is not `dumb`, and not where `NO_COLOR` is
    /// set to anything (no-color.org).
    init(descriptor: Int32, environment: (String) -> String?) {
        isTerminal = isatty(descriptor) == 1
        isDumb = ["dumb", ""].contains(environment("TERM") ?? "")
        hasColour = isTerminal && !isDumb && (environment("NO_COLOR") ?? "").isEmpty
        size = TerminalSize(descriptor: descriptor)
    }

    /// `text` must be safe already; colours go round it and never into a width.
    func paint(_ text: String, _ colour: Colour) -> String {
        hasColour && !text.isEmpty ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// Command lines to type, the best first, which alone is bold.
    func toType(_ lines: [String], after purpose: String = "Next") -> [String] {
        ["\(purpose), type:"]
            + lines.enumerated().map { "  " + ($0 == 0 ? paint($1.shownSafely, .bold) : $1.shownSafely) }
    }
}

/// Columns and rows of a terminal; 80 by 24 where nobody says.
struct TerminalSize: Equatable, Sendable {
    var columns = 80
    var rows = 24

    init(columns: Int = 80, rows: Int = 24) {
        self.columns = columns
        self.rows = rows
    }

    init(descriptor: Int32) {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 else { return }
        if size.ws_col > 0 { columns = Int(size.ws_col) }
        if size.ws_row > 0 { rows = Int(size.ws_row) }
    }
}
