import FailoverModel

/// What forbids a promotion. Each rule is a question about the sites as they were just seen.
struct PromotionRules: PostgresWorker {
    typealias Refusal = StandbyComparison.Refusal

    var access: PostgresAccess
    var target: PostgresTarget
    var comparison: StandbyComparison
    var context: StepContext
    /// The old primary, where it is proven that this run stopped it and that nothing of it is missing here.
    var stoppedByUs: String?

    private var here: ServerSight { comparison.here }
    private var looks: Looks { comparison.looks }

    func firstRefusal() -> Refusal? {
        otherIdentifier() ?? writablePrimary() ?? unseenSite() ?? hiddenData() ?? standbyAhead() ?? primaryAhead()
            ?? lowParameters()
            ?? pausedReplay()
    }

    /// The server, the run and the journal must mean the same cluster.
    private func otherIdentifier() -> Refusal? {
        let own = here.observation.systemIdentifier
        var known = looks.seen.map { ($0.target.place, $0.sight.observation.systemIdentifier) }
        known += context.recorded.databases.filter { $0.key.hasSuffix("/\(here.cluster)") }.sorted { $0.key < $1.key }
            .map { ("\($0.key) as last recorded", $0.value.observation.systemIdentifier) }
        known +=
            earlier(FreezeCommand.name, at: context.to, context)?["systemIdentifier"]?.text
            .map { [("\(target.place) when it was frozen", $0)] } ?? []
        guard let other = known.first(where: { $0.1 != own }) else { return nil }
        return Refusal(
            rule: "system-identifier-differs",
            sentence:
                "\(target.place) has system identifier \(own), but \(other.0) has \(other.1): they are different clusters; "
                + "check which server answers at which address")
    }

    /// Never two sites taking writes.
    private func writablePrimary() -> Refusal? {
        guard let primary = looks.writablePrimary(except: context.to) else { return nil }
        return Refusal(
            rule: "writable-primary-elsewhere",
            sentence:
                "\(primary.place) is a primary that takes writes; fence it (postgres.fence) or stop it first")
    }

    /// A site that cannot be seen may be a writable primary until a named person says that it is down.
    private func unseenSite() -> Refusal? {
        for (other, fault) in looks.unseen where other.site != stoppedByUs {
            let acceptance = "\(other.site)-is-down"
            switch fault.kind {
            case .unreachable, .uncertain: break
            case .rejected, .forbidden, .conflict, .throttled, .unavailable, .refused, .invalid:
                return Refusal(
                    rule: "site-not-observable",
                    sentence:
                        "\(other.place) answers, but what it is cannot be seen (\(fault.what)); put that right, or stop the "
                        + "server so that it does not answer")
            }
            if let witness = witness(of: other) {
                let acceptance = "\(acceptance)-against-the-evidence"
                if context.accepted.contains(acceptance) { continue }
                return Refusal(
                    rule: "primary-alive-elsewhere",
                    sentence:
                        "\(other.place) cannot be reached from here (\(fault.what)), but \(witness): it is alive; stop it, or "
                        + "take responsibility that it takes no writes", acceptance: acceptance)
            }
            if context.accepted.contains(acceptance) { continue }
            return Refusal(
                rule: "primary-not-proven-down",
                sentence:
                    "\(other.place) cannot be reached (\(fault.what)) and no standby hears from it; make sure that it is "
                    + "down, then take responsibility for that", acceptance: acceptance)
        }
        return nil
    }

    /// Which standby heard from a site recently: now, or when it was frozen in this run.
    private func witness(of other: PostgresTarget) -> String? {
        for seen in looks.seen {
            guard let receiver = seen.sight.observation.receiver, receiver.status == "streaming",
                other.isAt(host: receiver.senderHost, port: Int(receiver.senderPort)),
                let age = receiver.lastMessageAt.map({ seen.sight.clock.milliseconds(since: $0) }),
                age < Self.recent(timeout: seen.sight.settings.integer("wal_receiver_timeout"))
            else { continue }
            return "\(seen.target.place) receives from it (last message \(age) ms ago)"
        }
        for seen in looks.seen {
            guard let receiver = earlier(FreezeCommand.name, at: seen.target.site, context)?["receiver"],
                receiver["status"]?.text == "streaming",
                other.isAt(host: receiver["senderHost"]?.text, port: receiver["senderPort"]?.integer.map { Int($0) }),
                let age = receiver["lastMessageAgeMilliseconds"]?.integer,
                age < Self.recent(timeout: receiver["timeoutMilliseconds"]?.integer)
            else { continue }
            return "\(seen.target.place) received from it until it was frozen (last message \(age) ms before)"
        }
        return nil
    }

    /// A receiver on an idle but living primary hears something at least every half `wal_receiver_timeout` (it asks then),
    /// so up to that, and five seconds for the answer, silence means nothing.
    private static func recent(timeout: Int64?) -> Int64 {
        guard let timeout, timeout > 0 else { return 35_000 }
        return timeout / 2 + 5_000
    }

    /// A standby that may hold more than it tells cannot be compared.
    private func hiddenData() -> Refusal? {
        for seen in looks.seen where seen.sight.observation.isInRecovery && seen.sight.mayHoldMore {
            let acceptance = "data-of-\(seen.target.site)"
            if seen.target.site == context.to || context.accepted.contains(acceptance) { continue }
            return Refusal(
                rule: "position-unknown",
                sentence:
                    "\(seen.target.place) was restarted, and its replay is paused or delayed, so how much it holds is not known; "
                    + "let it replay, or take responsibility for what is lost", acceptance: acceptance)
        }
        return nil
    }

    private func standbyAhead() -> Refusal? {
        if let refusal = comparison.refusal(context), refusal.rule != "standby-not-compared" { return refusal }
        let best = comparison.best
        let ahead = best.position.bytesAhead(of: here.position)
        guard ahead > 0 else { return nil }
        return Refusal(
            rule: "standby-ahead",
            sentence:
                "\(best.place) has \(ahead) bytes more than \(target.place); fast-forward it first (postgres.fast-forward)"
        )
    }

    /// A fenced old primary that can be read must not have more than the standby, unless catching up was done.
    private func primaryAhead() -> Refusal? {
        guard let source = comparison.source, source.position > here.position else { return nil }
        let acceptance = "data-of-\(source.site)"
        let loss = loss(keeping: here, source: source, context)
        if loss.bytes == 0 || context.accepted.contains(acceptance) { return nil }
        return Refusal(
            rule: "primary-ahead",
            sentence: "\(source.place) is fenced and has \(source.position.bytesAhead(of: here.position)) bytes that "
                + "\(target.place) has not; catch up first (postgres.catch-up), or take responsibility for its data",
            acceptance: acceptance)
    }

    private func lowParameters() -> Refusal? {
        if let source = comparison.source {
            let low = here.settings.tooLow(for: source.settings)
            if !low.isEmpty { return parameters(target.place, low, than: source.place, acceptance: nil) }
        }
        for standby in comparison.standbys {
            let acceptance = "parameters-of-\(standby.site)"
            let low = standby.settings.tooLow(for: here.settings)
            if low.isEmpty || context.accepted.contains(acceptance) { continue }
            return parameters(standby.place, low, than: target.place, acceptance: acceptance)
        }
        return nil
    }

    /// PostgreSQL pauses replay by itself when the primary's `max_connections` or the like grew beyond its own, and shuts down
    /// when it is promoted then. From outside that looks as a pause by hand does.
    private func pausedReplay() -> Refusal? {
        let acceptance = "pause-of-\(target.site)"
        guard here.isReplayPaused, !context.accepted.contains(acceptance) else { return nil }
        return Refusal(
            rule: "replay-paused",
            sentence:
                "replay is paused at \(target.place). If somebody paused it, SELECT pg_wal_replay_resume() there. If its log "
                + "says \"insufficient parameter settings\", promotion would shut it down: raise them and restart it first",
            acceptance: acceptance)
    }

    private func parameters(_ place: String, _ low: [String], than primary: String, acceptance: String?) -> Refusal {
        Refusal(
            rule: "parameters-too-low",
            sentence:
                "\(place) would stop replaying the log of \(primary): \(low.joined(separator: ", ")); raise them there and "
                + "restart it", acceptance: acceptance)
    }
}
