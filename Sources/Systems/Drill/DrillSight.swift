import FailoverModel

/// The place of a drill's copy as the database's host shows it.
struct DrillSight: Equatable, Sendable {
    enum Place: String, Equatable, Sendable {
        case missing
        /// It bears the mark of a drill.
        case ours
        /// Something is there, and it is nobody's drill.
        case other
    }

    var place: Place
    /// Whether a folder is left that was about to become the place, or to go.
    var hasHalf: Bool
    /// Whose it is, the server and the system identifier of the mark.
    var owner: DrillOwner?
    var server: String?
    var systemIdentifier: String?
    /// `copying`, `copied`, `starting`, `promoting`, `promoted`.
    var phase: String
    /// Whether the copy's server runs.
    var isRunning: Bool
    /// What the copy's own control file says; nil while there is none.
    var controlIdentifier: String?
    var controlState: String?
    /// Whether something else listens on the copy's port.
    var isPortTaken: Bool
    /// Why no folder can be made there; nil where one can.
    var whyClosed: String?
    /// Of the file system that is to hold the copy.
    var freeBytes: Int64?
    var task: Task?
    /// What the tasks have measured, by name.
    var facts: [String: Int64]

    struct Task: Equatable, Sendable {
        var isRunning: Bool
        /// How it ended; nil while it runs, and where it ended without a word.
        var status: Int64?
        var copiedBytes: Int64?
        /// The end of what it said.
        var words: [String]
    }

    /// Whether anything of a drill is left.
    var isLeft: Bool { place == .ours || hasHalf }

    /// Reads the lines of `DrillScripts.look`; nil where they are not.
    init?(_ output: String) {
        var values: [String: String] = [:]
        var words: [String] = []
        facts = [:]
        for line in output.split(whereSeparator: \.isNewline) {
            guard let mark = line.firstIndex(of: "=") else { continue }
            let (name, value) = (line[..<mark], line[line.index(after: mark)...])
            switch name {
            case "words": words.append(String(value))
            case "fact":
                let parts = value.split(separator: " ")
                if parts.count == 2, let number = Int64(parts[1]) { facts[String(parts[0])] = number }
            default: values[String(name)] = String(value)
            }
        }
        guard values["end"] == "yes", let place = values["place"].flatMap({ Place(rawValue: $0) }) else { return nil }
        func text(_ name: String) -> String? { values[name].flatMap { $0.isEmpty ? nil : $0 } }
        self.place = place
        hasHalf = values["half"] == "yes"
        owner = text("run").map { DrillOwner(run: $0, journal: text("journal")) }
        server = text("cluster")
        systemIdentifier = text("sysid")
        phase = values["phase"] ?? ""
        isRunning = values["server"] == "running"
        controlIdentifier = text("control")
        controlState = text("state")
        isPortTaken = values["port"] == "taken"
        whyClosed = values["parent"].map { $0 == "missing" ? "is not there" : "may not be written to" }
        freeBytes = values["free"].flatMap { Int64($0) }.map { $0 * 1024 }
        let (isTaskRunning, ended) = (values["task"] == "running", values["ended"].flatMap { Int64($0) })
        if isTaskRunning || ended != nil || !phase.isEmpty {
            task = Task(
                isRunning: isTaskRunning, status: ended,
                copiedBytes: values["copied"].flatMap { Int64($0) }.map { $0 * 1024 }, words: words)
        }
    }
}
