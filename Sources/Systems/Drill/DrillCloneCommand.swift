import FailoverModel

/// `drill.clone`: copies the standby into a folder apart on its own host, as a server that nobody is let into but Handover.
///
/// The copying (pg_basebackup from the standby, through a slot that goes with its connection) runs on the host by itself; a
/// killed Handover finds it at work, or done. The copy is not started.
struct DrillCloneCommand: DrillDatabaseCommand {
    static let name = DrillCommandName.clone
    let access: PostgresAccess

    func examine(_ context: StepContext) async throws(Fault) -> Finding {
        let copy = try copy(context)
        let sight = try await copy.look()
        func finding(_ verdict: Finding.Verdict, _ sentence: String) -> Finding {
            Finding(verdict, sentence, facts: facts(copy, sight))
        }
        if sight.place == .ours, context.owns(sight.owner), let found = try found(copy, sight) {
            return finding(found.0, found.1)
        }
        if let refusal = DrillRemoval(copy, sight, context).refusal {
            return finding(.refused(rule: refusal.rule, acceptance: refusal.acceptance), refusal.sentence)
        }
        if let refusal = placeRefusal(copy, sight) {
            return finding(.refused(rule: refusal.rule, acceptance: nil), refusal.sentence)
        }
        let (bytes, refusal) = try await source(copy, sight)
        if let refusal { return finding(.refused(rule: refusal.rule, acceptance: nil), refusal.sentence) }
        let left =
            sight.isLeft && !context.owns(sight.owner)
            ? "what the drill \(sight.owner?.run ?? "before") left there goes, then " : ""
        return finding(
            .needed,
            "\(left)\(copy.target.place) (\(bytes.asBytes)) will be copied to \(copy.drill.path) on its host, for port "
                + "\(copy.drill.port)")
    }

    func act(_ context: StepContext, on finding: Finding) async throws(Fault) {
        let copy = try copy(context)
        var sight = try await copy.look()
        if sight.isLeft, !context.owns(sight.owner) {
            if let refusal = DrillRemoval(copy, sight, context).refusal {
                throw Fault(.refused, refusal.sentence, at: copy.place, next: "See what changed, then resume")
            }
            try await copy.remove(sight)
            sight = try await copy.look()
        }
        if sight.task?.isRunning != true {
            let connection = try await copy.target.connect()
            defer { connection.close() }
            let identity = try await connection.query(
                "SELECT (SELECT system_identifier FROM pg_control_system()) AS sysid, pg_is_in_recovery() AS in_recovery",
                within: access.limits.statement
            ).one()
            guard identity.flag("in_recovery") else {
                throw Fault(
                    .refused, "the server is a primary now, not a standby", at: copy.target.place,
                    next: "Find out who changed its role, then resume")
            }
            let settings = try await DrillSettings(
                for: copy, systemIdentifier: try identity.required("sysid", identity.text), on: connection,
                within: access.limits.statement)
            let source = try source(copy)
            try await copy.begin(
                DrillScripts.clone(copy, source: source.text, settings: settings, passwords: source.passwordLine),
                secrets: source.secrets, "beginning the copy")
        }
        try await copy.waitForTask(access.limits)
    }

    func verify(_ context: StepContext, after finding: Finding) async throws(Fault) -> Finding {
        let copy = try copy(context)
        let sight = try await copy.look()
        guard sight.place == .ours, context.owns(sight.owner), let found = try found(copy, sight) else {
            return Finding(.waiting, "there is no copy in \(copy.drill.path)", facts: facts(copy, sight))
        }
        return Finding(found.0, found.1, facts: facts(copy, sight))
    }

    func examineUndo(_ context: StepContext) async throws(Fault) -> Finding {
        let copy = try copy(context)
        return DrillRemoval(copy, try await copy.look(), context).finding
    }

    func undo(_ context: StepContext, on finding: Finding) async throws(Fault) {
        let copy = try copy(context)
        try await DrillRemoval(copy, try await copy.look(), context).remove()
    }

    // MARK: What stands there, and what stands against it

    private func found(_ copy: DrillCopy, _ sight: DrillSight) throws(Fault) -> (Finding.Verdict, String)? {
        if sight.task?.isRunning == true {
            let copied = sight.task?.copiedBytes.map { ", \($0.asBytes) are copied" } ?? ""
            return (.waiting, "the copying of \(copy.target.place) is at work on its host\(copied)")
        }
        guard ["copied", "starting", "promoting", "promoted"].contains(sight.phase) else { return nil }
        guard sight.controlIdentifier == sight.systemIdentifier else {
            throw Fault(
                .refused,
                "the database in \(copy.data) is \(sight.controlIdentifier ?? "none"), and the mark of the drill says "
                    + "\(sight.systemIdentifier ?? "?")", at: copy.host.place, next: "Find out who changed it; it stays"
            )
        }
        let bytes = sight.facts["kilobytes"].map { " (\(($0 * 1024).asBytes))" } ?? ""
        return (.done, "a copy of \(copy.target.place)\(bytes) lies in \(copy.drill.path) on its host")
    }

    private struct Refusal {
        var rule: String
        var sentence: String
    }

    private func placeRefusal(_ copy: DrillCopy, _ sight: DrillSight) -> Refusal? {
        let (path, host) = (copy.drill.path, "the host of \(copy.target.place)")
        if sight.place == .other {
            return Refusal(
                rule: "place-taken",
                sentence:
                    "\(path) on \(host) is there and bears no mark of a drill, so it is not touched; move it away, or name "
                    + "another \"path\" below \"drill\"")
        }
        if let why = sight.whyClosed {
            return Refusal(rule: "no-place", sentence: "the folder that is to hold \(path) on \(host) \(why)")
        }
        if sight.isPortTaken {
            return Refusal(
                rule: "port-taken",
                sentence:
                    "something listens on port \(copy.drill.port) of \(host); name another \"port\" below \"drill\"")
        }
        return nil
    }

    /// The standby that is copied: how large it is, and what stands against copying it.
    private func source(_ copy: DrillCopy, _ sight: DrillSight) async throws(Fault) -> (bytes: Int64, Refusal?) {
        let place = copy.target.place
        guard copy.target.server.connection.password != nil else {
            throw Fault(
                .invalid, "Handover's role has no password in the topology, and the copy lets nobody in without one",
                at: place, next: "Add \"passwordFile\" to the cluster, or remove \"drill\"")
        }
        let connection = try await copy.target.connect()
        defer { connection.close() }
        let row = try await connection.query(
            """
            SELECT pg_is_in_recovery() AS in_recovery,
                   (SELECT sum(pg_database_size(oid))::bigint FROM pg_database) AS bytes,
                   (SELECT count(*) FROM pg_tablespace WHERE spcname NOT IN ('pg_default', 'pg_global')) AS tablespaces,
                   (SELECT full_page_writes FROM pg_control_checkpoint()) AS full_page_writes
            """, within: access.limits.statement
        ).one()
        let bytes = row.integer("bytes") ?? 0
        guard row.flag("in_recovery") else {
            return (
                bytes,
                Refusal(
                    rule: "not-a-standby",
                    sentence:
                        "\(place) is a primary; a drill copies the standby that would take over, so name another --to")
            )
        }
        if (row.integer("tablespaces") ?? 0) > 0 {
            return (
                bytes,
                Refusal(
                    rule: "has-tablespaces",
                    sentence:
                        "\(place) has tablespaces, and where those of a copy are to lie is not for Handover to guess")
            )
        }
        guard row.flag("full_page_writes") else {
            return (
                bytes,
                Refusal(
                    rule: "no-full-page-writes",
                    sentence:
                        "the primary of \(place) runs without full_page_writes, and a standby cannot be copied then")
            )
        }
        // The database itself must not run out of room because of a drill.
        let needed = bytes + max(64 * 1_048_576, bytes / 10)
        guard let free = sight.freeBytes, free < needed else { return (bytes, nil) }
        return (
            bytes,
            Refusal(
                rule: "no-room-for-copy",
                sentence: "\(free.asBytes) are free where \(copy.drill.path) is to be, and a copy of \(place) takes "
                    + "\(needed.asBytes) with what has to stay free; make room, or name another \"path\" below \"drill\""
            )
        )
    }

    private struct Source {
        var text: String
        var passwordLine: String
        var secrets: [Secret]
    }

    /// How pg_basebackup reaches the standby from its own host.
    private func source(_ copy: DrillCopy) throws(Fault) -> Source {
        let replication = copy.target.server.replication
        if let socket = copy.drill.socket {
            let keywords = [
                "host": socket, "port": String(replication.port), "application_name": "handover/\(copy.owner.run)",
            ]
            return Source(text: ConnectionString(keywords: keywords).text(password: nil), passwordLine: "", secrets: [])
        }
        var upstream = Upstream.connection(to: copy.target, for: copy.target.server, carrying: nil)
        upstream.keywords["application_name"] = "handover/\(copy.owner.run)"
        let password = try Upstream.password(for: copy.target)
        let line = password.map {
            PostgresTarget.passwordLine(
                host: replication.host, port: replication.port, user: replication.user, password: $0)
        }
        return Source(
            text: upstream.text(password: nil), passwordLine: line ?? "", secrets: [password].compactMap(\.self))
    }

    private func facts(_ copy: DrillCopy, _ sight: DrillSight) -> JSONValue {
        facts(
            Self.name, at: copy.target,
            [
                "place": .string(copy.drill.path), "port": .integer(Int64(copy.drill.port)),
                "systemIdentifier": JSONValue(sight.systemIdentifier),
                "bytes": JSONValue(sight.facts["kilobytes"].map { $0 * 1024 }),
                "milliseconds": JSONValue(sight.facts["milliseconds"]),
            ])
    }
}
