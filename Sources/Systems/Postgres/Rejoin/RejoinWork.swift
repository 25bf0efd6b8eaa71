import FailoverModel

/// Stops what runs, prepares the primary, and has the host do the rest.
struct RejoinWork: PostgresWorker {
    var access: PostgresAccess
    var look: RejoinLook
    var way: RejoinTask.Way

    private var limit: Duration { access.limits.statement }
    private var source: PostgresTarget { look.source.target }
    private var target: PostgresTarget { look.target }

    func carryOut(_ context: StepContext, on finding: Finding) async throws(Fault) {
        let host = try access.hosts.required(of: target)
        let sight = try await stopped(host, on: finding)
        try await preparePrimary()
        let task = try task(context, sight)
        try await host.begin(task)
        try await wait(for: task, on: host)
    }

    /// The server as it is when it does not run any more.
    private func stopped(_ host: DatabaseServerHost, on finding: Finding) async throws(Fault) -> HostSight {
        if look.own != nil {
            let connection = try await target.connect()
            defer { connection.close() }
            try await confirm(connection, is: target, on: finding, inRecovery: look.own?.observation.isInRecovery)
        }
        if look.own != nil || look.host?.sight.isRunning == true { try await host.stop() }
        let sight = try await host.look()
        let expected = look.host?.sight.control?.systemIdentifier
        guard !sight.isRunning, sight.control?.systemIdentifier == expected else {
            throw Fault(
                .refused, "the server was stopped, and is not what it was when it was examined", at: host.place,
                next: "Find out who else works on this host, then resume")
        }
        return sight
    }

    /// The slot must hold the log before the site needs it, and pg_rewind reads the new timeline from the control file.
    private func preparePrimary() async throws(Fault) {
        let connection = try await source.connect(statementTimeout: access.limits.checkpoint)
        defer { connection.close() }
        let identity: JSONValue = ["systemIdentifier": .string(look.source.sight.observation.systemIdentifier)]
        try await confirm(connection, is: source, on: Finding(.needed, "", facts: identity), inRecovery: false)
        try await Slots.create(target.server.replication.slot, on: connection, within: limit)
        if way == .rewind {
            try await connection.query("CHECKPOINT", effect: .changes, within: access.limits.checkpoint)
        }
    }

    private func task(_ context: StepContext, _ sight: HostSight) throws(Fault) -> RejoinTask {
        let replication = source.server.replication
        let upstream = Upstream.connection(to: source, for: target.server, carrying: nil)
        let password = try Upstream.password(for: source)
        let own = try source.secret(source.server.connection.password)
        let line = try SQLText.setting("primary_conninfo", upstream.text(password: password), at: target.place)
        var passwords = ""
        if let own {
            passwords += PostgresTarget.passwordLine(
                host: replication.host, port: replication.port, user: source.server.connection.user, password: own)
        }
        if let password {
            passwords += PostgresTarget.passwordLine(
                host: replication.host, port: replication.port, user: replication.user, password: password)
        }
        var rewind = ConnectionString(keywords: upstream.keywords)
        rewind.keywords["user"] = source.server.connection.user
        rewind.keywords["dbname"] = source.server.connection.database
        rewind.keywords["passfile"] = nil
        rewind.keywords["application_name"] = "handover/\(context.run)"
        let keeps = context.parameters["keepDivergent"]?.flag == true && look.surplus?.isDiverged == true
        return RejoinTask(
            way: way, key: context.idempotencyKey,
            systemIdentifier: sight.control?.systemIdentifier, checkpoint: sight.control?.checkpoint,
            sourceIdentifier: look.source.sight.observation.systemIdentifier, rewindSource: rewind.text(password: nil),
            copySource: upstream.text(password: nil), slot: target.server.replication.slot,
            settings: line
                + (try SQLText.setting("primary_slot_name", target.server.replication.slot, at: target.place)),
            passwordLines: passwords,
            keep: keeps ? look.surplus?.divergence.map { ($0.timeline, $0.fork) } : nil,
            secrets: [own, password].compactMap { $0 })
    }

    /// Until the task has ended. A host that cannot be asked for a while does not end it.
    private func wait(for task: RejoinTask, on host: DatabaseServerHost) async throws(Fault) {
        var silentSince: ContinuousClock.Instant?
        while true {
            do throws(Fault) {
                let sight = try await host.look()
                silentSince = nil
                if let seen = sight.task, !seen.isRunning { return try judge(seen, host) }
            } catch {
                guard error.kind == .unreachable else { throw error }
                let since = silentSince ?? .now
                silentSince = since
                guard since.duration(to: .now) < .seconds(60) else {
                    throw Fault(
                        .uncertain, "the host is silent, and the task goes on there by itself (\(error.what))",
                        at: host.place, next: "Resume when the host answers: the task is found, at work or done")
                }
            }
            do { try await Task.sleep(for: max(access.limits.interval, .milliseconds(200))) } catch {
                throw Fault(
                    .uncertain, "the step was cancelled, and the task goes on by itself", at: host.place,
                    next: "Resume: the task is found, at work or done")
            }
        }
    }

    private func judge(_ task: HostSight.Task, _ host: DatabaseServerHost) throws(Fault) {
        let kind: Fault.Kind
        let next: String
        switch task.status {
        case 0: return
        case RejoinTask.Ending.identityDiffers, RejoinTask.Ending.notEmpty:
            kind = .refused
            next = "Find out what changed at \(host.host.data), then resume"
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
            next = "See the server's log (\(host.host.log)), then resume"
        case nil:
            kind = .uncertain
            next = "See whether the host was restarted, then resume: it is looked at before anything is done"
        default:
            kind = .rejected
            next = "See \(host.host.data).handover/log there, then resume"
        }
        throw Fault(
            kind, task.status == nil ? "the task ended without a word (\(task.phase))" : task.story, at: host.place,
            next: next)
    }
}

extension HostSight.Task {
    /// PostgreSQL's words, and then ours.
    fileprivate var story: String {
        let last = words.split(whereSeparator: \.isNewline).last.map { $0.onOneLine(limit: 200) } ?? ""
        return last.isEmpty || last == reason ? reason : "\(last) (\(reason))"
    }
}

extension SQLText {
    /// A line of postgresql.auto.conf, as ALTER SYSTEM writes it.
    static func setting(_ name: String, _ value: String, at place: String) throws(Fault) -> String {
        guard !value.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
            throw Fault(
                .invalid, "the value for \(name) contains a line break or another control character", at: place,
                next: "Correct the topology or the file the password comes from")
        }
        let doubled = value.map { $0 == "'" ? "''" : $0 == "\\" ? "\\\\" : String($0) }.joined()
        return "\(name) = '\(doubled)'\n"
    }
}
