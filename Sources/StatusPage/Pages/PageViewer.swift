/// What the page shows of who looks at it.
struct PageViewer: Hashable, Sendable {
    var name: String?
    /// The word that this viewer's forms bring back; `nil` where forms need none.
    var word: String?
    /// Whether there is a session to end.
    var canLeave = false
    /// Whether questions can be answered here.
    var canAnswer = false
}
