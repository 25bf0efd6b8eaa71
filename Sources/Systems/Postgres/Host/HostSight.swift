import FailoverModel

/// A stretch of a timeline's log, up to `to` or to where the log ends.
struct LogStretch: Equatable, Sendable {
    var timeline: Int64
    var from: LogPosition
    var to: LogPosition?
}

/// A database server as its own host shows it, running or not.
struct HostSight: Equatable, Sendable {
    enum Content: String, Equatable, Sendable {
        /// There is no such directory.
        case missing
        case empty
        /// A database cluster.
        case cluster
        /// Something, but no whole database cluster: a base backup that did not end, or other files.
        case other
        /// The account may not look into it.
        case closed
    }

    var content: Content
    var isRunning: Bool
    /// Whether the next start makes it a standby.
    var isMarkedAsStandby: Bool
    var control: ControlData?
    /// Of the file system that holds the data directory.
    var freeBytes: Int64?
    /// What the log has in the stretch that was asked for.
    var beyond: Beyond?
    /// The history of the timeline that it is bound to.
    var history: TimelineHistory?
    /// The task that Handover began last there.
    var task: Task?
    var hasTablespaces: Bool
    /// Why nothing may be done to it from here; `nil` where nothing is known against it.
    var obstacle: StandbyComparison.Refusal?
    /// Why what is to run does not, in its keeper's words: `pod postgres-0: CrashLoopBackOff`.
    var trouble: String?

    /// What `pg_controldata` prints (PostgreSQL 15, pg_controldata).
    struct ControlData: Equatable, Sendable {
        var systemIdentifier: String
        /// `shut down`, `shut down in recovery`, `in production`, …
        var state: String
        var checkpoint: LogPosition
        /// The one it is bound to: that of its last checkpoint, or a newer one that a standby has replayed since.
        var timeline: Int64
        /// That of its last checkpoint, by which pg_rewind goes.
        var checkpointTimeline: Int64
        /// Checksums of data pages, or hints in the log: one of them is what pg_rewind needs.
        var isRewindable: Bool

        var isCleanlyStopped: Bool { state == "shut down" || state == "shut down in recovery" }
    }

    /// What `pg_waldump` finds in a stretch of the log.
    struct Beyond: Equatable, Sendable {
        var records: Int64
        /// Transactions that were committed there, or prepared, or rolled back after that.
        var commits: Int64
        /// Whether it read all of a stretch that has an end.
        var isWhole: Bool
        /// Up to where, where there is anything.
        var end: LogPosition?
    }

    struct Task: Equatable, Sendable {
        var isRunning: Bool
        /// How it ended; `nil` while it runs, and where it ended without a word.
        var status: Int64?
        /// `rewinding` and the like: what it was at.
        var phase: String
        /// What it was for: the run and the step.
        var key: String
        /// Bytes in the directory that a base backup fills.
        var copiedBytes: Int64?
        /// The end of what it said.
        var words: String
        /// What whoever ran it says of its end: `DeadlineExceeded`.
        var outsideWords: String?
    }

    static let nothing = HostSight(content: .missing)

    init(content: Content, isRunning: Bool = false) {
        self.content = content
        self.isRunning = isRunning
        isMarkedAsStandby = false
        hasTablespaces = false
    }

    /// Reads the lines of `HostScripts.look`; `nil` where they are not. What stands before and behind its two marks is what a
    /// program, a login or a container has to say besides.
    init?(_ output: String, mark: String) {
        var values: [String: String] = [:]
        var control: [String: String] = [:]
        var (history, words): ([Substring], [Substring]) = ([], [])
        let lines = output.split(whereSeparator: \.isNewline)
        guard let first = lines.lastIndex(where: { $0 == "begin=\(mark)" }),
            let last = lines.lastIndex(where: { $0 == "end=\(mark)" }), first < last
        else { return nil }
        for line in lines[first..<last] {
            guard let mark = line.firstIndex(of: "=") else { continue }
            let (name, value) = (line[..<mark], line[line.index(after: mark)...])
            switch name {
            case "history": history.append(value)
            case "words": words.append(value)
            case "control":
                guard let colon = value.firstIndex(of: ":") else { continue }
                control[String(value[..<colon])] = value[value.index(after: colon)...].drop { $0 == " " }.description
            default: values[String(name)] = String(value)
            }
        }
        guard let content = values["data"].flatMap({ Content(rawValue: $0) }) else { return nil }
        self.content = content
        isRunning = values["status"] == "0"
        isMarkedAsStandby = values["standby"] == "yes"
        hasTablespaces = values["tablespaces"] == "yes"
        freeBytes = values["free"].flatMap { Int64($0) }.map { $0 * 1024 }
        self.control = ControlData(control)
        self.history = self.control.map {
            TimelineHistory(timeline: $0.timeline, file: history.joined(separator: "\n"))
        }
        if let records = values["records"].flatMap({ Int64($0) }) {
            beyond = Beyond(
                records: records, commits: values["commits"].flatMap { Int64($0) } ?? 0,
                isWhole: values["whole"] == "yes", end: values["last"].flatMap { LogPosition($0) })
        }
        if let key = values["key"] {
            task = Task(
                isRunning: values["task"] == "running", status: values["ended"].flatMap { Int64($0) },
                phase: values["phase"] ?? "", key: key,
                copiedBytes: values["copied"].flatMap { Int64($0) }.map { $0 * 1024 },
                words: words.joined(separator: "\n"))
        }
    }
}

extension HostSight.ControlData {
    fileprivate init?(_ lines: [String: String]) {
        guard let identifier = lines["Database system identifier"], let state = lines["Database cluster state"],
            let checkpoint = lines["Latest checkpoint location"].flatMap({ LogPosition($0) }),
            let timeline = lines["Latest checkpoint's TimeLineID"].flatMap({ Int64($0) })
        else { return nil }
        checkpointTimeline = timeline
        systemIdentifier = identifier
        self.state = state
        self.checkpoint = checkpoint
        self.timeline = max(timeline, lines["Min recovery ending loc's timeline"].flatMap { Int64($0) } ?? 0)
        isRewindable = lines["wal_log_hints setting"] == "on" || (lines["Data page checksum version"] ?? "0") != "0"
    }
}

extension HostSight.ControlData {
    /// What a server says by SQL of itself, for a host that cannot be looked at while it runs.
    init(of server: ServerSight) {
        systemIdentifier = server.observation.systemIdentifier
        state = server.observation.isInRecovery ? "in archive recovery" : "in production"
        checkpoint = server.position
        timeline = server.observation.timeline
        checkpointTimeline = server.controlTimeline
        isRewindable = server.settings.allowsRewind
    }
}

extension HostSight {
    /// Kept in a step's facts.
    var brief: [String: JSONValue] {
        [
            "isRunning": .bool(isRunning), "isMarkedAsStandby": .bool(isMarkedAsStandby),
            "content": .string(content.rawValue), "clusterState": JSONValue(control?.state),
            "systemIdentifier": JSONValue(control?.systemIdentifier),
            "checkpoint": JSONValue(control?.checkpoint.description), "timeline": JSONValue(control?.timeline),
        ]
    }
}
