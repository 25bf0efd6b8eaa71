import FailoverModel

/// A message's lines as each kind of reader wants them. Whatever came from outside stays text.
enum HookText {
    static func plain(_ lines: [HookMessage.Line]) -> String {
        lines.map { line in
            if case .command(let command) = line { "  " + command.shownSafely } else { line.text.shownSafely }
        }.joined(separator: "\n")
    }

    /// With `&`, `<` and `>` escaped, as Slack wants it (docs.slack.dev, "Formatting message text"): nothing of it is then
    /// a link or calls anybody.
    static func slack(_ lines: [HookMessage.Line]) -> String {
        lines.map { line in
            let text = escaped(line.text.shownSafely)
            if case .command = line, !text.contains("`") { return "`\(text)`" }
            return text
        }.joined(separator: "\n")
    }

    static func html(_ lines: [HookMessage.Line]) -> String {
        lines.map { line in
            let text = escaped(line.text.shownSafely).replacing("\"", with: "&quot;")
            switch line {
            case .headline: return "<strong>\(text)</strong><br>"
            case .text: return "\(text)<br>"
            case .command: return "<pre><code>\(text)</code></pre>"
            }
        }.joined(separator: "\n")
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
