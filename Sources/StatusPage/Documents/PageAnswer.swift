/// A person's answer to a step, as it comes from the page.
package struct PageAnswer: Sendable {
    package var run: String
    package var step: String
    package var isYes: Bool
    /// What was typed as the word of the point of no return.
    package var said: String?
    package var reason: String?
    /// The name that was authenticated.
    package var actor: String
    /// The digest of the question that the person saw.
    package var seen: String
}

/// Why an answer was not taken, or something could not be shown, in words for a person.
package struct PageRefusal: Error, Equatable, Sendable {
    package var what: String
    package var next: String

    package init(_ what: String, next: String) {
        self.what = what
        self.next = next
    }
}
