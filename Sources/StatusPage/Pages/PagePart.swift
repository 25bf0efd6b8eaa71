/// A section of the page with a heading. The script exchanges it as a whole when it has become another.
struct PagePart {
    var name: String
    var title: String
    var content: String
    /// Whether a screen reader says what changes in it.
    var isSpoken = false
    var look = ""

    var html: String {
        "<section class=\"part \(look)\" data-part=\(name) aria-labelledby=h-\(name)\(isSpoken ? " aria-live=polite" : "")>"
            + "<h2 id=h-\(name)>\(title)</h2>\(content)</section>"
    }
}
