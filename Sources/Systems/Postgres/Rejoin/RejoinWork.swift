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
        let task = try task(context, sight, on: host)
        try await host.begin(task)
        try await host.wait(for: task, interval: access.limits.interval)
        if host.host.isStartedFromOutside { try await host.start() }
    }

    /// The server as it is when it does not run any more.
    private func stopped(_ host: any DatabaseServerHost, on finding: Finding) async throws(Fault) -> HostSight {
        if look.own != nil {
            let connection = try await target.connect(statementTimeout: access.limits.checkpoint)
            defer { connection.close() }
            try await confirm(connection, is: target, on: finding, inRecovery: look.own?.observation.isInRecovery)
            if way == .rewind, look.own?.observation.isInRecovery == true { try await checkpoint(on: connection) }
            if host.isOpenOnlyWhenStopped {
                try await host.confirm(
                    connection, hasIdentifier: look.own?.observation.systemIdentifier, within: limit)
            }
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

    /// pg_rewind goes by the timeline of the last checkpoint, and a standby that has replayed a newer one may not have made a
    /// restartpoint of it yet.
    private func checkpoint(on connection: PostgresConnection) async throws(Fault) {
        try await connection.query("CHECKPOINT", effect: .changes, within: access.limits.checkpoint)
        let sight = try await target.look(on: connection)
        guard sight.controlTimeline < sight.observation.timeline else { return }
        throw Fault(
            .rejected,
            "it has replayed no checkpoint of timeline \(sight.observation.timeline), and pg_rewind goes by its last one",
            at: target.place,
            next: "Let it replay one (CHECKPOINT at its primary), or stop it and resume: a base backup is the way then")
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

    private func task(
        _ context: StepContext, _ sight: HostSight, on host: any DatabaseServerHost
    ) throws(Fault) -> RejoinTask {
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
        let withoutTables = context.accepted.contains(KeptTables.acceptance(at: target.site))
        let tables = withoutTables || way != .rewind ? [] : try KeptTables.of(context)
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
            isToStart: !host.host.isStartedFromOutside, tables: tables, role: target.server.connection.user,
            secrets: [own, password].compactMap { $0 })
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
