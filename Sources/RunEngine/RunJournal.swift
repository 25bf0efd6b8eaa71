package import FailoverModel

/// The journal as the engine sees it.
package protocol RunJournal: Sendable {
    func head() async throws -> JournalHead
    /// Stores all of `entries` durably, or none. Throws `HeadMoved` where the journal's head is not `head`.
    func append(_ entries: [NewEntry], expecting head: JournalHead) async throws -> JournalHead
    /// The entries after a sequence, of all runs, in order.
    func entries(after sequence: Int64) async throws -> [Entry]
    /// The entries of one run, in order.
    func entries(run: String) async throws -> [Entry]
}

/// Somebody else appended first; read on from the head that was expected and decide again.
package struct HeadMoved: Error, Sendable {
    package init() {}
}
