import FailoverModel

/// A database server's host: stops and starts the server, looks at its files, and changes them.
protocol DatabaseServerHost: Sendable {
    var host: DatabaseHost { get }
    /// `dc1/main, its host`.
    var place: String { get }
    /// Whether its files can be looked at and changed only while the server does not run.
    var isOpenOnlyWhenStopped: Bool { get }

    /// What forbids to stop the server or to work on its files, whatever they hold; `nil` where nothing does.
    func obstacle() async throws(Fault) -> StandbyComparison.Refusal?
    /// `stretch` is what is to be counted of the log; `nil` where that is not asked for.
    func look(counting stretch: LogStretch?) async throws(Fault) -> HostSight
    /// Proves that this is the host of the server at the other end of the connection; throws `.refused` where it is not.
    func confirm(
        _ connection: PostgresConnection, hasIdentifier identifier: String?, within limit: Duration
    ) async throws(Fault)
    /// Stops the server fast and in good order: all of its log goes to its standbys first.
    func stop() async throws(Fault)
    func start() async throws(Fault)
    /// From the next start on the server is a standby, whoever starts it.
    func markAsStandby() async throws(Fault)
    /// From the next start on the server is a primary again. Only while it does not run.
    func unmarkAsStandby() async throws(Fault)
    /// Begins a task that goes on by itself on the far side, whatever becomes of Handover or of the connection.
    func begin(_ task: RejoinTask) async throws(Fault)
}

extension DatabaseServerHost {
    func look() async throws(Fault) -> HostSight { try await look(counting: nil) }

    var isOpenOnlyWhenStopped: Bool { false }
    func obstacle() async throws(Fault) -> StandbyComparison.Refusal? { nil }

    /// Until the task has ended. A host that cannot be asked for a while does not end it.
    func wait(for task: RejoinTask, interval: Duration) async throws(Fault) {
        var silence = HostSilence(of: place)
        var troubledSince: ContinuousClock.Instant?
        var pause = max(interval, .milliseconds(200))
        while true {
            do throws(Fault) {
                let sight = try await look()
                silence.isBroken()
                if sight.task?.isRunning != true {
                    guard let seen = sight.task, seen.key == task.key else { throw lost(sight) }
                    return try judge(seen)
                }
                troubledSince = sight.trouble == nil ? nil : troubledSince ?? .now
                if let trouble = sight.trouble, let since = troubledSince, since.duration(to: .now) > .seconds(120) {
                    throw Fault(
                        .uncertain, "the task does not get to run: \(trouble)", at: place,
                        next: "Put that right, then resume: the task is found, at work or done")
                }
            } catch {
                try silence.bear(error)
            }
            try await silence.pause(pause)
            pause = min(pause * 2, max(interval, .seconds(2)))
        }
    }

    /// A task that was begun, and neither is at work nor has ended: somebody else took it away.
    private func lost(_ sight: HostSight) -> Fault {
        let why = sight.task?.outsideWords ?? sight.obstacle?.sentence ?? (sight.isRunning ? "the server runs" : nil)
        return Fault(
            .uncertain, "the task left no trace\(why.map { ": \($0)" } ?? "")", at: place,
            next: "See what became of it there, then resume: it is looked at before anything is done")
    }

    private func judge(_ task: HostSight.Task) throws(Fault) {
        let kind: Fault.Kind
        let next: String
        switch task.status {
        case 0: return
        case RejoinTask.Ending.identityDiffers, RejoinTask.Ending.notEmpty:
            kind = .refused
            next = "Find out what changed at \(host.data), then resume"
        case RejoinTask.Ending.rewindImpossible:
            kind = task.words.contains("permission denied") ? .forbidden : .rejected
            next = "Nothing was changed. Resume: a base backup is the other way, and has to be allowed"
        case RejoinTask.Ending.rewindBroken:
            kind = .rejected
            next = "Its files are of no use now. Resume: a base backup is the way, and has to be allowed"
        case RejoinTask.Ending.copyFailed:
            kind = .rejected
            next = "The old data is as it was. Put that right (room on the disk?), then resume"
        case RejoinTask.Ending.notStarted:
            kind = .rejected
            next = "See the server's log (\(host.logPlace)), then resume"
        case RejoinTask.Ending.notDumped:
            kind = .rejected
            next = "Resume: it says how to try again, and how to go on without the tables"
        case nil:
            kind = .uncertain
            next = "See whether the host was restarted, then resume: it is looked at before anything is done"
        default:
            kind = .rejected
            next = "See \(host.data).handover/log there, then resume"
        }
        let silent = "the task ended without a word (\(task.phase))"
        let end = task.outsideWords.map { "\(silent): \($0)" } ?? silent
        throw Fault(kind, task.status == nil ? end : task.story, at: place, next: next)
    }
}

extension HostSight.Task {
    /// PostgreSQL's words, and then ours.
    fileprivate var story: String {
        let last = words.split(whereSeparator: \.isNewline).last.map { $0.onOneLine(limit: 200) } ?? ""
        return last.isEmpty || last == reason ? reason : "\(last) (\(reason))"
    }
}

/// How long things on a host may take, in seconds.
enum HostLimits {
    /// A stop: the shutdown checkpoint of a large server, and sending all of the log to its standbys.
    static let stopSeconds = 600
    /// How long `pg_ctl start` waits. Not a limit of the start: it goes on, and the server is looked at.
    static let startSeconds = 60
    static let lookSeconds: Int64 = 120
}
