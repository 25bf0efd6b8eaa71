import FailoverModel

/// A primary and the standby that is to follow it, as seen at about the same time.
struct FollowPair: Sendable {
    var primary: (target: PostgresTarget, sight: ServerSight)
    var standby: (target: PostgresTarget, sight: ServerSight)

    var observations: [SiteObservation] { [primary.sight.siteObservation, standby.sight.siteObservation] }

    /// What is missing of: receiver streaming from the right sender on the right timeline, sender streaming, slot in use.
    var unproven: [String] {
        let receiver = standby.sight.observation.receiver
        let replication = standby.target.server.replication
        let timeline = primary.sight.observation.timeline
        var missing: [String] = []
        if let receiver {
            if receiver.status != "streaming" { missing.append("its receiver is \(receiver.status)") }
            if receiver.timeline != timeline {
                missing.append("its receiver is on timeline \(receiver.timeline), not \(timeline)")
            }
            if !primary.target.isAt(host: receiver.senderHost, port: Int(receiver.senderPort)) {
                missing.append("it receives from \(receiver.senderHost):\(receiver.senderPort)")
            }
        } else {
            missing.append("it has no receiver")
        }
        let server = standby.target.server
        let senders = primary.sight.observation.senders.filter {
            !server.namesItsReceiver || $0.applicationName == replication.applicationName
        }
        if !senders.contains(where: { $0.state == "streaming" }) {
            missing.append("\(primary.target.place) does not stream to \(replication.applicationName)")
        }
        let slots = primary.sight.observation.slots
        if server.usesSlot, !slots.contains(where: { $0.name == replication.slot && $0.isActive }) {
            missing.append("slot \(replication.slot) is not in use")
        }
        return missing
    }

    /// Whether the standby has replayed what the primary had when it was looked at.
    var hasCaughtUp: Bool {
        (standby.sight.observation.replayed ?? LogPosition(bytes: 0)) >= primary.sight.position
    }

    func facts(_ command: String, _ worker: some PostgresWorker, _ context: StepContext) -> JSONValue {
        let upstream = Upstream(of: standby.sight.settings)?.json ?? .null
        return worker.facts(
            command, at: standby.target,
            standby.sight.brief.merging([
                "primary": .string(primary.target.site),
                "primaryTimeline": .integer(primary.sight.observation.timeline),
                "primaryPosition": .string(primary.sight.position.description),
                "upstream": context.remembered?["upstream"] ?? upstream,
            ]) { $1 })
    }
}

extension PostgresServer {
    /// Whether its receiver goes by the topology's `applicationName`; operators give it the name of a member.
    var namesItsReceiver: Bool { driver == .sql }
    /// Whether it streams by a slot of the topology's name; a replica cluster of CloudNativePG uses none.
    var usesSlot: Bool { driver.name != .cloudNativePG }
}

/// What forbids that a standby follows a primary.
struct FollowRules {
    typealias Refusal = StandbyComparison.Refusal
    var pair: FollowPair
    /// Whether whoever changes the standby can make one of a primary, too.
    var mayDemote = false

    func firstRefusal() async throws(Fault) -> Refusal? {
        if let refusal = roles() ?? identifier() ?? parameters() ?? room() { return refusal }
        return try await ancestry()
    }

    private func roles() -> Refusal? {
        let primary = pair.primary
        let standby = pair.standby
        if primary.sight.observation.isInRecovery {
            return Refusal(
                rule: "not-promoted",
                sentence: "\(primary.target.place) is still a standby; promote it first (postgres.promote)")
        }
        if !standby.sight.observation.isInRecovery, !mayDemote {
            return Refusal(
                rule: "still-a-primary",
                sentence:
                    "\(standby.target.place) is a primary and cannot be made to follow by SQL; stop it, then rewind or "
                    + "rebuild it as a standby of \(primary.target.place)")
        }
        return nil
    }

    private func identifier() -> Refusal? {
        let there = pair.primary.sight.observation.systemIdentifier
        let here = pair.standby.sight.observation.systemIdentifier
        if there == here { return nil }
        return Refusal(
            rule: "system-identifier-differs",
            sentence:
                "\(pair.standby.target.place) has system identifier \(here) and \(pair.primary.target.place) \(there): they "
                + "are different clusters; rebuild the standby")
    }

    private func parameters() -> Refusal? {
        let low = pair.standby.sight.settings.tooLow(for: pair.primary.sight.settings)
        if low.isEmpty { return nil }
        return Refusal(
            rule: "parameters-too-low",
            sentence: "\(pair.standby.target.place) would stop replaying the log of \(pair.primary.target.place): "
                + "\(low.joined(separator: ", ")); raise them there and restart it")
    }

    private func room() -> Refusal? {
        let slot = pair.standby.target.server.replication.slot
        let slots = pair.primary.sight.observation.slots
        let free = (pair.primary.sight.settings.integer("max_replication_slots") ?? 0) - Int64(slots.count)
        if slots.contains(where: { $0.name == slot }) || free > 0 || !pair.standby.target.server.usesSlot { return nil }
        return Refusal(
            rule: "no-free-slots",
            sentence:
                "\(pair.primary.target.place) has no room for slot \(slot); drop unused ones or raise max_replication_slots"
        )
    }

    /// Two promotions from different places may have given their timelines the same number.
    private func namesake(_ timeline: Int64) async throws(Fault) -> Refusal? {
        // Where the standby has no history of its timeline, the number has to do.
        guard timeline > 1, let own = try? await pair.standby.target.history(of: timeline), !own.switches.isEmpty,
            let fork = own.switches.last?.position
        else { return nil }
        let theirs = try await pair.primary.target.history(of: timeline)
        guard own.switches != theirs.switches else { return nil }
        return Refusal(
            rule: "diverged",
            sentence:
                "\(pair.standby.target.place) is on a timeline \(timeline) that forked off at \(fork), and that of "
                + "\(pair.primary.target.place) is another one; rebuild it (pg_basebackup) from "
                + pair.primary.target.place)
    }

    /// The standby's position must lie on the primary's history. pg_rewind and attaching do not notice all of this.
    private func ancestry() async throws(Fault) -> Refusal? {
        let primary = pair.primary.sight.observation
        let standby = pair.standby.sight.observation
        let position = pair.standby.sight.recoveryPoint
        let place = pair.standby.target.place
        let rebuild = "rewind it (pg_rewind) or rebuild it (pg_basebackup) from \(pair.primary.target.place)"
        guard standby.timeline <= primary.timeline else {
            return Refusal(
                rule: "diverged",
                sentence:
                    "\(place) is on timeline \(standby.timeline), which is newer than \(primary.timeline); \(rebuild)")
        }
        if standby.timeline == primary.timeline {
            if let other = try await namesake(primary.timeline) { return other }
            // The standby was looked at a moment later and may have received more meanwhile, if it streams from here.
            let ahead = position.bytesAhead(of: primary.position)
            if ahead == 0 || pair.unproven.isEmpty { return nil }
            let again = try await pair.primary.target.observe()
            if position <= again.position { return nil }
            return Refusal(
                rule: "diverged",
                sentence: "\(place) has \(position.bytesAhead(of: again.position)) bytes that the primary "
                    + "never wrote; \(rebuild)")
        }
        guard let fork = try await pair.primary.target.history(of: primary.timeline).fork(from: standby.timeline) else {
            return Refusal(
                rule: "diverged",
                sentence:
                    "\(place) is on timeline \(standby.timeline), which is no ancestor of \(primary.timeline); \(rebuild)"
            )
        }
        let ahead = position.bytesAhead(of: fork)
        if ahead == 0 { return nil }
        return Refusal(
            rule: "diverged",
            sentence: "\(place) has \(ahead) bytes of timeline \(standby.timeline) beyond \(fork), where timeline "
                + "\(primary.timeline) forked off; save what is needed from them, then \(rebuild)")
    }
}
