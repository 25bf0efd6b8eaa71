/// A piece of a YAML document with the place it was written at.
struct YAMLNode: Sendable {
    enum Content: Sendable {
        /// The text as written. `isPlain` where it had no quotes and was no block, so that `5432` may be a number.
        case scalar(String, isPlain: Bool)
        case sequence([YAMLNode])
        case mapping([Entry])
    }

    struct Entry: Sendable {
        var key: String
        var keyPlace: SourcePlace
        var value: YAMLNode
    }

    var content: Content
    var place: SourcePlace

    /// What a message says was found.
    var found: String {
        switch content {
        case .scalar("", isPlain: true): "nothing"
        case .scalar(let text, isPlain: true): quote(text)
        case .scalar(let text, isPlain: false): "the text " + quote(text)
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }
}

/// A text of the input as a message shows it: in quotation marks, on one line, not endless, without a URL's password.
func quote(_ text: String) -> String {
    var shown = text
    if let scheme = text.firstRange(of: "://") {
        let authority = text[scheme.upperBound...].prefix { !"/?#".contains($0) }
        if let at = authority.lastIndex(of: "@") { shown = text[..<scheme.upperBound] + "…" + text[at...] }
    }
    let line = shown.shownSafely
    return line.count > 60 ? "\"\(line.prefix(59))…\"" : "\"\(line)\""
}
