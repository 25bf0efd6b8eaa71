package import FailoverModel

/// `postgres.demote`: hands a fenced primary the role of a standby, and stops it in good order.
///
/// The role comes first: once standby.signal is there, whoever starts the server starts a standby of `to`, so a restart cannot
/// make a second primary. A stop in good order sends all of the log to the standbys, up to the shutdown checkpoint, by which
/// `postgres.prove-shutdown` then proves that nothing is missing there.
package struct DemoteCommand: PostgresCommand {
    package static let name = "postgres.demote"
    let access: PostgresAccess

    package func examine(_ context: StepContext) async throws(Fault) -> Finding {
        let target = try target(at: context.site, context)
        let host = try access.hosts.required(of: target)
        let looks = await look(at: try targets(except: [], context))
        let seen = try await host.look()
        var facts = seen.brief
        func finding(_ verdict: Finding.Verdict, _ sentence: String, _ sight: ServerSight? = nil) -> Finding {
            if let sight { facts.merge(memory(of: sight).merging(sight.brief) { $1 }) { $1 } }
            return Finding(
                verdict, sentence, facts: self.facts(Self.name, at: target, facts), observations: looks.observations)
        }
        if let obstacle = seen.obstacle {
            return finding(.refused(rule: obstacle.rule, acceptance: nil), obstacle.sentence)
        }
        guard let sight = looks.sight(of: context.site) else {
            return try stopped(seen, host, target, looks, context, finding: { finding($0, $1) })
        }
        if sight.observation.isInRecovery {
            return finding(.done, "\(target.place) is a standby already", sight)
        }
        guard sight.observation.isFenced else {
            return finding(
                .refused(rule: "not-fenced", acceptance: nil),
                "\(target.place) still takes writes; fence it first (postgres.fence)", sight)
        }
        let upstream = try self.target(at: context.to, context)
        let name = upstream.server.replication.applicationName
        guard
            sight.observation.senders.contains(where: { $0.applicationName == name && $0.state == "streaming" })
        else {
            return finding(
                .refused(rule: "not-followed", acceptance: nil),
                "\(upstream.place) does not stream from \(target.place), so stopping it in good order would send it nothing",
                sight)
        }
        return finding(
            .needed,
            "\(target.place) will be given the role of a standby of \(upstream.place), and stopped in good order",
            sight)
    }

    package func act(_ context: StepContext, on finding: Finding) async throws(Fault) {
        let target = try target(at: context.site, context)
        let upstream = try self.target(at: context.to, context)
        let host = try access.hosts.required(of: target)
        if host.isOpenOnlyWhenStopped { return try await standDown(host, target, upstream, context, on: finding) }
        let limit = access.limits.statement
        let connection = try await target.connect(statementTimeout: access.limits.checkpoint)
        defer { connection.close() }
        try await confirm(connection, is: target, on: finding, inRecovery: false)
        try await host.confirm(
            connection, hasIdentifier: finding.facts["systemIdentifier"]?.text, within: limit)
        try await host.markAsStandby()
        let password = try Upstream.password(for: upstream)
        let text = Upstream.connection(to: upstream, for: target.server, carrying: nil).text(password: password)
        try await connection.alterSystem(
            "primary_slot_name", to: target.server.replication.slot, at: target.place, within: limit)
        try await connection.alterSystem(
            "primary_conninfo", to: text, at: target.place, within: limit, secrets: password.map { [$0] } ?? [])
        try await takeFenceOut(connection, target, context)
        // Not loaded: all this counts from the next start on. The checkpoint makes the stop quick.
        try await connection.query("CHECKPOINT", effect: .changes, within: access.limits.checkpoint)
        connection.close()
        try await host.stop()
    }

    /// The server runs no more: is that our work, and was it a stop in good order?
    private func stopped(
        _ seen: HostSight, _ host: any DatabaseServerHost, _ target: PostgresTarget, _ looks: Looks,
        _ context: StepContext, finding: (Finding.Verdict, String) -> Finding
    ) throws(Fault) -> Finding {
        if seen.isRunning {
            guard let fault = looks.fault(of: context.site), fault.kind != .unreachable, fault.kind != .throttled else {
                return finding(.waiting, "\(target.place) runs and takes no connections: it stops or starts")
            }
            throw fault
        }
        if let task = seen.task, task.isRunning {
            return finding(.waiting, "\(target.place): a task of \(task.key) is at work there (\(task.phase))")
        }
        guard let control = seen.control, control.isCleanlyStopped else {
            return finding(
                .refused(rule: "not-stopped-in-order", acceptance: nil),
                "\(target.place) does not run and was not stopped in good order (\(seen.control?.state ?? "no control file")); "
                    + "start it, or fail over instead")
        }
        guard seen.isMarkedAsStandby || !host.isOpenOnlyWhenStopped else {
            return finding(
                .needed, "\(target.place) is stopped in good order, and will be given the role of a standby")
        }
        guard seen.isMarkedAsStandby else {
            return finding(
                .refused(rule: "stopped-as-primary", acceptance: nil),
                "\(target.place) was stopped without the role of a standby: whoever starts it starts a primary. Start it, "
                    + "and the step hands it over")
        }
        return finding(
            .done,
            "\(target.place) is stopped in good order at \(control.checkpoint), and will be a standby when it is started"
        )
    }

    /// The fence goes with the role: what stood there before it is written back, to count when the server is a primary again.
    private func takeFenceOut(
        _ connection: PostgresConnection, _ target: PostgresTarget, _ context: StepContext
    ) async throws(Fault) {
        for setting in settingsBeforeFence(context) {
            try await setting.restore(on: connection, at: target.place, within: access.limits.statement)
        }
    }

    /// What stood where the fence is.
    func settingsBeforeFence(_ context: StepContext) -> [RememberedSetting] {
        let settings = earlier(FenceCommand.name, at: context.site, context)?["settings"]
        let names = settings?["synchronous_standby_names"]?["value"]?.text
        // A fence that was there before the run has nothing behind it that anybody remembers.
        let isKnown = names != nil && names != PostgresFence.synchronousStandbyNames
        return ["synchronous_standby_names", "default_transaction_read_only"].map {
            RememberedSetting(name: $0, json: isKnown ? settings?[$0] : nil)
        }
    }

    private func memory(of sight: ServerSight) -> [String: JSONValue] {
        ["upstream": Upstream(of: sight.settings)?.json ?? .null]
    }
}
