/// What a path leads to.
enum PageRoute: Equatable {
    case page(PageRequest.Subject)
    case events, openAPI, health, metrics
    case style, script, icon
    case loginForm(next: String), login, logout
    case answer(run: String)

    /// `nil` where nothing is there for this method; `HEAD` is asked for like `GET`.
    init?(method: String, path: String, query: FormFields) {
        let parts = path.split(separator: "/").map { FormFields.decoded($0, plusIsSpace: false) }
        switch (method, parts.count) {
        case ("GET", 0): self = .page(.overview)
        case ("GET", 1):
            switch parts[0] {
            case "healthz": self = .health
            case "metrics": self = .metrics
            case "openapi.json": self = .openAPI
            case "style.css": self = .style
            case "page.js": self = .script
            case "icon.svg", "favicon.ico": self = .icon
            case "login": self = .loginForm(next: query["next"] ?? "/")
            default: return nil
            }
        case ("GET", 2):
            switch (parts[0], parts[1]) {
            case ("runs", let run): self = .page(.run(run))
            case ("api", "status"): self = .page(.statusDocument)
            case ("api", "runs"): self = .page(.runsDocument)
            case ("api", "checks"): self = .page(.checksDocument)
            case ("api", "events"): self = .events
            default: return nil
            }
        case ("GET", 3):
            switch (parts[0], parts[1], parts[2]) {
            case ("runs", let run, "timeline.html"): self = .page(.timelinePage(run))
            case ("api", "runs", let run): self = .page(.runDocument(run))
            default: return nil
            }
        case ("GET", 4) where parts[0] == "api" && parts[1] == "runs" && parts[3] == "timeline":
            self = .page(.timelineDocument(parts[2]))
        case ("POST", 1) where parts[0] == "login": self = .login
        case ("POST", 1) where parts[0] == "logout": self = .logout
        case ("POST", 3) where parts[0] == "runs" && parts[2] == "answer": self = .answer(run: parts[1])
        default: return nil
        }
    }

    /// Whether anybody may have it: it tells nothing of the journal.
    var isOpen: Bool {
        switch self {
        case .health, .style, .script, .icon, .loginForm, .login, .openAPI: true
        case .page, .events, .metrics, .logout, .answer: false
        }
    }

    /// Whether a program asks, which wants JSON in place of a page.
    static func isOfPrograms(_ path: String) -> Bool {
        path.hasPrefix("/api/") || path == "/metrics" || path == "/openapi.json" || path == "/healthz"
    }
}
