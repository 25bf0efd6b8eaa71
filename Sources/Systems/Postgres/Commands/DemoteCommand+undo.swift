package import FailoverModel

extension DemoteCommand {
    /// Until somebody else is promoted, the server is simply started as the primary that it was.
    package func examineUndo(_ context: StepContext) async throws(Fault) -> Finding {
        let target = try target(at: context.site, context)
        let host = try access.hosts.required(of: target)
        let looks = await look(at: try targets(except: [], context))
        let facts = facts(Self.name, at: target, (try await host.look()).brief)
        func finding(_ verdict: Finding.Verdict, _ sentence: String) -> Finding {
            Finding(verdict, sentence, facts: facts, observations: looks.observations)
        }
        if let sight = looks.sight(of: context.site), !sight.observation.isInRecovery {
            return finding(.done, "\(target.place) is the primary")
        }
        let others = looks.seen.filter { $0.target.site != context.site }
        if let other = others.first(where: { !$0.sight.observation.isInRecovery }) {
            return finding(
                .refused(rule: "writable-primary-elsewhere", acceptance: nil),
                "\(other.target.place) is the primary now, so \(target.place) does not become one again")
        }
        if let unseen = looks.unseen.first(where: { $0.target.site != context.site }) {
            return finding(
                .refused(rule: "site-not-observable", acceptance: nil),
                "\(unseen.target.place) cannot be looked at (\(unseen.fault.what)) and may have been promoted")
        }
        return finding(.needed, "\(target.place) will be started as the primary that it was")
    }

    package func undo(_ context: StepContext, on finding: Finding) async throws(Fault) {
        let target = try target(at: context.site, context)
        let host = try access.hosts.required(of: target)
        let identifier = context.remembered?["systemIdentifier"]?.text
        let again = try await examineUndo(context)
        guard again.verdict == .needed else {
            if again.verdict == .done { return }
            throw Fault(.refused, again.sentence, at: target.place, next: "See what changed, then resume")
        }
        try await host.stop()
        let seen = try await host.look()
        guard seen.control?.systemIdentifier == identifier else {
            throw Fault(
                .refused, "the data directory \(host.host.data) is not the one that was stopped", at: host.place,
                next: "Find out what was changed there")
        }
        try await host.unmarkAsStandby()
        try await host.start()
        try await waitForAnswer(of: target)
        try await forgetUpstream(target, context)
    }

    /// A server that was just started takes a moment until it takes connections.
    private func waitForAnswer(of target: PostgresTarget) async throws(Fault) {
        let deadline = ContinuousClock.now + .seconds(HostLimits.startSeconds)
        while true {
            do throws(Fault) {
                return try await target.connect().close()
            } catch {
                guard error.kind == .unreachable || error.kind == .throttled, ContinuousClock.now < deadline else {
                    throw error
                }
            }
            try await pause()
        }
    }

    /// Where it had one before, with a password that is not remembered, the new one stays: a primary does not look at it.
    private func forgetUpstream(_ target: PostgresTarget, _ context: StepContext) async throws(Fault) {
        guard let memory = context.remembered.flatMap({ Upstream(json: $0["upstream"] ?? .null) }),
            memory.connection?.hadSecret != true
        else { return }
        let limit = access.limits.statement
        let connection = try await target.connect()
        defer { connection.close() }
        if memory.isSlotFromAlterSystem {
            try await connection.alterSystem("primary_slot_name", to: memory.slot, at: target.place, within: limit)
        } else {
            try await connection.alterSystemReset("primary_slot_name", within: limit)
        }
        if memory.isConnectionFromAlterSystem {
            let text = memory.connection?.text(password: nil) ?? ""
            try await connection.alterSystem("primary_conninfo", to: text, at: target.place, within: limit)
        } else {
            try await connection.alterSystemReset("primary_conninfo", within: limit)
        }
        try await connection.reload(within: limit)
    }
}
