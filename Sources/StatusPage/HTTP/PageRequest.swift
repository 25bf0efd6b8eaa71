import FailoverModel

/// What is asked for, and all that the answer depends on beside the journal.
struct PageRequest: Hashable, Sendable {
    enum Subject: Hashable, Sendable {
        case overview
        case run(String)
        /// The whole timeline as a page of its own.
        case timelinePage(String)
        case statusDocument, runsDocument, checksDocument
        case runDocument(String), timelineDocument(String)
    }

    var subject: Subject
    /// `nil`: now.
    var at: PagePoint?
    var phase: String?
    var from: Int?
    var viewer = PageViewer()
}

/// An answer that is finished.
struct MadePage: Sendable {
    var contentType: String
    var body: String
    var policy = SafeHeaders.policy

    static func html(_ body: String) -> MadePage { MadePage(contentType: "text/html; charset=utf-8", body: body) }
    static func json(_ document: JSONValue) -> MadePage {
        MadePage(
            contentType: "application/json; charset=utf-8",
            body: String(decoding: document.jsonBytes, as: UTF8.self) + "\n")
    }
}

/// Why there is no such page.
struct PageMissing: Error, Equatable {
    var what: String
    var next: String
}
