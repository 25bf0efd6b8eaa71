import FailoverModel

/// Whether a promotion can be wound back, and the reason in words.
package struct WindBack: Equatable, Sendable {
    package var isPossible: Bool
    package var reason: String
}

/// Whether a promotion can be wound back: the old primary takes writes again, and the promoted server becomes its standby.
///
/// It can where the promoted server has committed nothing since, which its own log shows, and the old primary has all of the
/// log that the promoted one had before. What the old primary alone has is then kept; a way back by a second promotion would
/// throw it away. Looks only.
struct WindingBack: PostgresWorker {
    let access: PostgresAccess

    /// Both are looked at anew, and the log of `promoted` is read on its host up to where it stands now.
    func judge(promoted: PostgresTarget, former: PostgresTarget) async throws(Fault) -> WindBack {
        let looks = await look(at: [promoted, former])
        for target in [promoted, former] {
            if let fault = looks.fault(of: target.site) { throw fault }
        }
        guard let here = looks.sight(of: promoted.site), let there = looks.sight(of: former.site) else {
            return .no("\(former.place) was not looked at")
        }
        return try await judge((promoted, here), (former, there))
    }

    func judge(
        _ promoted: (target: PostgresTarget, sight: ServerSight), _ former: (target: PostgresTarget, sight: ServerSight)
    ) async throws(Fault) -> WindBack {
        let (own, its) = (promoted.sight.observation, former.sight.observation)
        let (place, formerPlace) = (promoted.target.place, former.target.place)
        if own.isInRecovery { return .no("\(place) is no primary any more") }
        if its.isInRecovery { return .no("\(formerPlace) is no primary any more, so nothing is to be wound back to") }
        guard own.systemIdentifier == its.systemIdentifier else {
            return .no("\(formerPlace) holds another database (system identifier \(its.systemIdentifier))")
        }
        let history = try await promoted.target.history(of: own.timeline)
        let formerHistory = try await former.target.history(of: its.timeline)
        guard let last = history.switches.last, last.parent == its.timeline,
            formerHistory.switches == history.switches.dropLast()
        else {
            return .no(
                "\(place) is on timeline \(own.timeline), which does not come straight from timeline \(its.timeline) of "
                    + formerPlace)
        }
        let fork = last.position
        let missing = fork.bytesAhead(of: former.sight.position)
        if missing > 0 {
            return .no("\(formerPlace) stands \(missing) bytes before the fork at \(fork), and lacks what is there")
        }
        switch try await SharedLog(access: access).isSame(before: last, promoted.target, own.timeline, former.target) {
        case true?: break
        case false?:
            return .no(
                "the log of \(formerPlace) before the fork at \(fork) is another than that of \(place): it has lost what was "
                    + "there")
        case nil:
            return .no(
                "the log before the fork at \(fork) is not there any more at \(place) or \(formerPlace), so whether it is "
                    + "the same is not known")
        }
        if let obstacle = obstacle(promoted) { return .no(obstacle) }
        guard let log = try await log(of: promoted, since: fork) else {
            return .no(
                "the log of \(place) cannot be read while the server runs, so whether it took writes is not known")
        }
        guard log.isWhole else {
            return .no(
                "the log of \(place) since the fork at \(fork) cannot be read whole, so whether it took writes is not known"
            )
        }
        guard log.commits == 0 else {
            let count = log.commits == 1 ? "1 transaction" : "\(log.commits) transactions"
            return .no("\(place) has committed \(count) since the fork at \(fork)")
        }
        let surplus = former.sight.position.bytesAhead(of: fork)
        let kept = surplus == 0 ? "" : ", and keeps the \(surplus) bytes that only it has"
        return WindBack(
            isPossible: true,
            reason:
                "\(place) has committed nothing since the fork at \(fork), as its log shows; \(formerPlace) has all of "
                + "the log before\(kept)")
    }

    /// What would hinder the promoted server, or a standby, from becoming a standby of the old timeline.
    private func obstacle(_ promoted: (target: PostgresTarget, sight: ServerSight)) -> String? {
        let place = promoted.target.place
        if promoted.target.server.driver != .sql {
            return
                "\(place) has the driver \(promoted.target.server.driver.name.rawValue), and rewinding it is its operator's"
        }
        if promoted.target.server.databaseHost == nil {
            return "the topology gives \(place) no \"databaseHost\", so it could not be rewound"
        }
        if !promoted.sight.settings.allowsRewind {
            return "\(place) has neither checksums nor wal_log_hints, so it could not be rewound"
        }
        let archiving = promoted.sight.settings["archive_mode"] ?? ""
        if archiving != "off" {
            return
                "\(place) archives its log (archive_mode is \(archiving)), and a standby that reads the archive would follow "
                + "timeline \(promoted.sight.observation.timeline) there"
        }
        return nil
    }

    /// `nil` where its host cannot be looked at while the server runs.
    private func log(
        of promoted: (target: PostgresTarget, sight: ServerSight), since fork: LogPosition
    ) async throws(Fault) -> HostSight.Beyond? {
        let host = try access.hosts.required(of: promoted.target)
        let end = try await promoted.target.endOnDisk(within: access.limits.settle, every: access.limits.interval)
        let stretch = LogStretch(timeline: promoted.sight.observation.timeline, from: fork, to: end)
        return try await host.look(counting: stretch).beyond
    }
}

extension WindBack {
    fileprivate static func no(_ reason: String) -> Self { Self(isPossible: false, reason: reason) }
}
