import FailoverModel

/// The copy of a site's database that a drill makes: where it lies, and the server that it becomes.
struct DrillCopy: Sendable {
    /// The database that is copied.
    var target: PostgresTarget
    var drill: DrillDatabase
    var host: DrillHost
    /// For whom it is made, or looked at.
    var owner: DrillOwner

    init(of target: PostgresTarget, for owner: DrillOwner, _ access: PostgresAccess) throws(Fault) {
        guard let drill = target.server.drill else {
            throw Fault(
                .invalid, "the topology does not say where a drill puts its copy of this database", at: target.place,
                next: "Add \"drill: {port: …}\" to sites.\(target.site).postgres.\(target.server.cluster)")
        }
        self.target = target
        self.drill = drill
        host = try DrillHost(of: target, access.hosts)
        self.owner = owner
    }

    /// `dc2/main, its copy`.
    var place: String { "\(target.place), its copy" }

    /// The copy's server, as Handover's own role reaches it.
    var server: PostgresTarget {
        var copy = target
        copy.server.connection.host = drill.host
        copy.server.connection.port = drill.port
        return copy
    }

    /// By which the server is told apart from every other: `cluster_name`.
    var name: String {
        let text = "handover-drill \(owner.run)".unicodeScalars.map {
            $0.isASCII && $0.value >= 0x20 ? Character($0) : "?"
        }
        return String(text.prefix(63))
    }

    var data: String { "\(drill.path)/data" }

    // MARK: On the host

    func look() async throws(Fault) -> DrillSight {
        let output = try await host.run(DrillScripts.look(self), seconds: 120).output
        guard let sight = DrillSight(output) else {
            throw Fault(
                .invalid, "the answer is not what our script prints: \(output.suffix(200).onOneLine())", at: host.place,
                next: "Check that \"program\" leads to a shell that can run sh -s on the database's host")
        }
        return sight
    }

    func begin(_ script: String, secrets: [Secret] = [], _ what: String) async throws(Fault) {
        try await change(script, secrets, seconds: 90, what)
    }

    /// Stops and deletes what of a drill was seen in the place. Where nothing is, nothing is done.
    func remove(_ seen: DrillSight) async throws(Fault) {
        try await change(DrillScripts.remove(self, seen), [], seconds: 840, "removing the copy in \(drill.path)")
    }

    private func change(_ script: String, _ secrets: [Secret], seconds: Int64, _ what: String) async throws(Fault) {
        let ended = try await host.run(
            script, secrets: secrets.map { $0.reveal() }, seconds: seconds, changes: true)
        guard let status = ended.status.map(Int64.init), status != 0 else { return }
        let kind: Fault.Kind =
            [DrillScripts.Ending.identityDiffers, DrillScripts.Ending.notOurs].contains(status) ? .refused : .rejected
        throw Fault(
            status == DrillScripts.Ending.busy ? .unavailable : kind, "\(what) failed (\(status)): \(ended.sentence)",
            at: host.place,
            next: kind == .refused
                ? "See what is in \(drill.path) there; nothing was changed" : "See \(drill.path)/log there, then resume"
        )
    }

    /// Waits until the task has ended, well or not. A host that cannot be asked for a while does not end it.
    func waitForTask(_ limits: PostgresAccess.Limits) async throws(Fault) {
        var silence = HostSilence(of: host.place)
        while true {
            do throws(Fault) {
                let sight = try await look()
                silence.isBroken()
                guard let task = sight.task, task.isRunning else { return try judge(sight) }
            } catch {
                try silence.bear(error)
            }
            try await silence.pause(max(limits.interval, .milliseconds(200)))
        }
    }

    private func judge(_ sight: DrillSight) throws(Fault) {
        guard let task = sight.task, let status = task.status else {
            // Its end cannot be written where the disk is full. Nothing of a drill is worth waiting for.
            let said = sight.task?.words.suffix(2).map { $0.onOneLine(limit: 200) }.joined(separator: "; ") ?? ""
            throw Fault(
                .rejected,
                "the task ended without a word (\(sight.phase.isEmpty ? "not begun" : sight.phase))"
                    + (said.isEmpty ? "" : "; it said last: \(said)"), at: host.place,
                next: "See whether its disk is full and whether the host was restarted; then begin another drill")
        }
        guard status != 0 else { return }
        let said = task.words.suffix(2).map { $0.onOneLine(limit: 200) }.joined(separator: "; ")
        let isRefused = [DrillScripts.Ending.identityDiffers, DrillScripts.Ending.notOurs].contains(status)
        throw Fault(
            isRefused ? .refused : .rejected, said.isEmpty ? "the task ended with \(status)" : said, at: host.place,
            next: isRefused
                ? "See what is in \(drill.path) there"
                : status == DrillScripts.Ending.copyFailed && said.contains("no pg_hba.conf entry")
                    ? "Let the database's host itself in by a line \"host replication\" of pg_hba.conf, or name the folder of "
                        + "the server's socket as \"socket\" below \"drill\""
                    : "Put that right, then resume; the database itself was not touched")
    }
}
