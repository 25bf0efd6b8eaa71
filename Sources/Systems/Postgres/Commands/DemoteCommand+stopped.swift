import FailoverModel

extension DemoteCommand {
    /// Where the files are to be had only when the server does not run, the stop comes first, and the fence holds until the
    /// role is there: whoever starts the server in between starts a primary that takes no writes.
    func standDown(
        _ host: any DatabaseServerHost, _ target: PostgresTarget, _ upstream: PostgresTarget, _ context: StepContext,
        on finding: Finding
    ) async throws(Fault) {
        let identifier = finding.facts["systemIdentifier"]?.text
        if finding.facts["isRunning"]?.flag == true {
            let connection = try await target.connect(statementTimeout: access.limits.checkpoint)
            defer { connection.close() }
            try await confirm(connection, is: target, on: finding, inRecovery: false)
            try await host.confirm(connection, hasIdentifier: identifier, within: access.limits.statement)
            // It makes the stop quick.
            try await connection.query("CHECKPOINT", effect: .changes, within: access.limits.checkpoint)
            connection.close()
            try await host.stop()
        }
        let seen = try await host.look()
        guard !seen.isRunning, let control = seen.control, control.isCleanlyStopped,
            control.systemIdentifier == identifier
        else {
            throw Fault(
                .refused,
                "the server was stopped, and is not what it was when it was examined "
                    + "(\(seen.control?.systemIdentifier ?? "no cluster"), \(seen.control?.state ?? "no control file"))",
                at: host.place, next: "Resume: it is looked at before anything is done")
        }
        let task = try standbyTask(target, upstream, context, control)
        try await host.begin(task)
        try await host.wait(for: task, interval: access.limits.interval)
    }

    /// Whom to follow, and what the fence stands in the way of, go into its files with the role.
    private func standbyTask(
        _ target: PostgresTarget, _ upstream: PostgresTarget, _ context: StepContext, _ control: HostSight.ControlData
    ) throws(Fault) -> RejoinTask {
        let password = try Upstream.password(for: upstream)
        let text = Upstream.connection(to: upstream, for: target.server, carrying: nil).text(password: password)
        var settings = try SQLText.setting("primary_conninfo", text, at: target.place)
        settings += try SQLText.setting("primary_slot_name", target.server.replication.slot, at: target.place)
        for setting in settingsBeforeFence(context) where setting.isFromAlterSystem {
            settings += try SQLText.setting(setting.name, setting.value, at: target.place)
        }
        return RejoinTask(
            way: .follow, key: context.idempotencyKey, systemIdentifier: control.systemIdentifier,
            checkpoint: control.checkpoint, sourceIdentifier: control.systemIdentifier, rewindSource: "",
            copySource: "",
            slot: target.server.replication.slot, settings: settings, passwordLines: "", keep: nil, isToStart: false,
            secrets: password.map { [$0] } ?? [])
    }
}
