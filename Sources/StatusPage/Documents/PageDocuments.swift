package import FailoverModel

/// What the page takes from the command line's side: its documents, so that both say the same, and what it knows of this
/// machine.
package struct PageDocuments: Sendable {
    /// As `status --json`.
    package var status: @Sendable (PagePicture) throws -> JSONValue
    /// As `runs --json`.
    package var runs: @Sendable (PagePicture) throws -> JSONValue
    /// As `show --json`; the second says whether it is a picture of the past.
    package var run: @Sendable (RunState, Bool) -> JSONValue
    /// What a person types next about a run.
    package var next: @Sendable (RunState) -> [String]
    /// Why an executor is certainly gone; `nil` where it lives, or nobody knows.
    package var whyGone: @Sendable (Executor) -> String?
    /// The sites of the topology; empty where there is none.
    package var siteNames: [String]
    package var now: @Sendable () -> Moment
    package var version: String

    package init(
        status: @escaping @Sendable (PagePicture) throws -> JSONValue,
        runs: @escaping @Sendable (PagePicture) throws -> JSONValue,
        run: @escaping @Sendable (RunState, Bool) -> JSONValue, next: @escaping @Sendable (RunState) -> [String],
        whyGone: @escaping @Sendable (Executor) -> String?, siteNames: [String],
        now: @escaping @Sendable () -> Moment, version: String
    ) {
        self.status = status
        self.runs = runs
        self.run = run
        self.next = next
        self.whyGone = whyGone
        self.siteNames = siteNames
        self.now = now
        self.version = version
    }
}
