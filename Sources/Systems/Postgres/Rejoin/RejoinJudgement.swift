import FailoverModel

/// The cheapest safe way by which a site becomes a standby again, and why; or why there is none.
struct RejoinJudgement: Equatable, Sendable {
    enum Verdict: Equatable, Sendable {
        /// It runs as a standby and only has to be told by SQL whom to follow.
        case bySQL
        case fromHost(RejoinTask.Way)
        case refused(rule: String, acceptance: String?)
        case waiting
    }

    var verdict: Verdict
    var why: String

    static func of(_ look: RejoinLook, followRefusal: StandbyComparison.Refusal?) -> RejoinJudgement {
        let place = look.target.place
        let primary = look.source.target.place
        if let other = foreign(look) { return other }
        if let own = look.own, own.observation.isInRecovery {
            guard let refusal = followRefusal else {
                return RejoinJudgement(.bySQL, "\(place) runs as a standby and can follow \(primary)")
            }
            guard refusal.rule == "diverged", look.host != nil else {
                return RejoinJudgement(.refused(rule: refusal.rule, acceptance: nil), refusal.sentence)
            }
        } else if let own = look.own, !own.observation.isFenced {
            return RejoinJudgement(
                .refused(rule: "writable-primary-elsewhere", acceptance: nil),
                "\(place) is a primary that takes writes while \(primary) is one too; fence it first "
                    + "(handover settle \(look.target.site)), so that no more is written there")
        }
        guard let host = look.host?.sight else {
            return RejoinJudgement(
                .refused(rule: "no-database-host", acceptance: nil),
                "\(place) cannot be stopped or rewound, because the topology gives it no \"databaseHost\"")
        }
        return of(host, look)
    }

    /// From what its host shows.
    private static func of(_ host: HostSight, _ look: RejoinLook) -> RejoinJudgement {
        let place = look.target.place
        let trouble = host.trouble.map { "; \($0)" } ?? ""
        if let obstacle = host.obstacle { return refused(obstacle.rule, obstacle.sentence) }
        if let task = host.task, task.isRunning {
            let copied = task.copiedBytes.map { ", \($0 / 1_048_576) MB copied so far" } ?? ""
            return RejoinJudgement(
                .waiting, "\(place): a task of \(task.key) is at work there (\(task.phase)\(copied)\(trouble))")
        }
        if look.own == nil, host.isRunning {
            return RejoinJudgement(
                .waiting, "\(place) runs and does not answer yet (\(look.fault?.what ?? "no connection")\(trouble))")
        }
        switch host.content {
        case .closed:
            return refused("data-not-readable", "the account may not look into the data directory of \(place)")
        case .other:
            return refused(
                "directory-not-empty",
                "the data directory of \(place) holds files that are no database cluster; look at them, and move them away"
            )
        case .missing, .empty:
            // A directory that is a copy of ours until the last moment is swapped in by the task.
            return RejoinJudgement(
                .fromHost(.rebuild), "it has no data (the data directory is \(host.content.rawValue))")
        case .cluster: return ofCluster(host, look)
        }
    }

    private static func ofCluster(_ host: HostSight, _ look: RejoinLook) -> RejoinJudgement {
        guard let control = host.control, let surplus = look.surplus else {
            return refused("control-not-readable", "the control file of \(look.target.place) cannot be read")
        }
        if host.task?.status == RejoinTask.Ending.rewindBroken || host.task?.phase == "rewinding" {
            return RejoinJudgement(.fromHost(.rebuild), "a rewind stopped in the middle, and its files are of no use")
        }
        guard surplus.isDiverged else {
            let how = control.isCleanlyStopped ? "was stopped in good order" : "crashed"
            return RejoinJudgement(
                .fromHost(.follow), "it \(how) with nothing beyond the history of \(look.source.target.place)")
        }
        let what = "it has \(surplus.description) beyond \(surplus.divergence?.fork.description ?? "the primary")"
        guard surplus.divergence != nil else {
            return RejoinJudgement(.fromHost(.rebuild), "\(what), and the histories have no fork to rewind to")
        }
        if host.task?.status == RejoinTask.Ending.rewindImpossible {
            return RejoinJudgement(
                .fromHost(.rebuild), "\(what), and pg_rewind cannot take it out (\(host.task?.reason ?? ""))")
        }
        let timeline = look.own?.observation.timeline ?? control.timeline
        if timeline == look.source.sight.observation.timeline {
            return RejoinJudgement(
                .fromHost(.rebuild),
                "\(what). Both call theirs timeline \(timeline), and pg_rewind, which goes by the number, would find nothing to "
                    + "do")
        }
        if look.own == nil, control.checkpointTimeline != control.timeline {
            return RejoinJudgement(
                .fromHost(.rebuild),
                "\(what), and pg_rewind cannot take it out, because it was stopped before a checkpoint of timeline "
                    + "\(control.timeline)")
        }
        guard control.isRewindable else {
            return RejoinJudgement(
                .fromHost(.rebuild),
                "\(what), and pg_rewind cannot take it out, because the cluster has neither checksums nor wal_log_hints"
            )
        }
        return RejoinJudgement(.fromHost(.rewind), what)
    }

    private static func foreign(_ look: RejoinLook) -> RejoinJudgement? {
        let there = look.source.sight.observation.systemIdentifier
        guard let here = look.systemIdentifier, here != there else { return nil }
        return refused(
            "system-identifier-differs",
            "\(look.target.place) has system identifier \(here) and \(look.source.target.place) has \(there): they are "
                + "different clusters, and it is not touched; if its data may go, stop it and move the data directory away"
        )
    }

    private static func refused(_ rule: String, _ sentence: String) -> RejoinJudgement {
        RejoinJudgement(.refused(rule: rule, acceptance: nil), sentence)
    }

    init(_ verdict: Verdict, _ why: String) {
        self.verdict = verdict
        self.why = why
    }
}

extension HostSight.Task {
    /// The line that says why: PostgreSQL's programs write `error:` before it.
    var reason: String {
        let lines = words.split(whereSeparator: \.isNewline)
        let line = lines.first { $0.contains("error:") || $0.contains("FATAL") } ?? lines.last ?? ""
        return line.onOneLine(limit: 300)
    }
}
