import FailoverModel
import Systems

/// What was last kept of each thing that is watched, so that only what is new is kept again.
struct WatchMemory {
    /// How often the same is kept again, in milliseconds. Positions matter most: they are what a loss is told by.
    struct Rhythm {
        var positions: Int64 = 300_000
        var rest: Int64 = 3_600_000
    }

    var rhythm = Rhythm()
    private var looks: [String: (observation: SiteObservation, at: Moment)] = [:]
    private var comparisons: [String: (compared: SecretsCompared, at: Moment)] = [:]
    private var check: (problems: Set<String>, at: Moment)?
    private var firing: [String: Firing] = [:]

    private struct Firing {
        var result: CheckResult
        var rounds = 1
        var isTold = false
    }

    init(rhythm: Rhythm = Rhythm()) { self.rhythm = rhythm }

    /// What of this round the journal is to have.
    mutating func events(of report: CheckReport, at moment: Moment) -> [Event] {
        var events: [Event] = []
        for observation in report.observations {
            let key = observation.place
            if let last = looks[key], last.observation.isSameState(as: observation),
                moment.milliseconds(since: last.at) < (observation.isPosition ? rhythm.positions : rhythm.rest)
            {
                continue
            }
            looks[key] = (observation, moment)
            events.append(.siteObserved(SiteObserved(observation)))
        }
        for compared in report.comparisons {
            let key = "\(compared.reference) \(compared.site)"
            if let last = comparisons[key], last.compared.verdicts == compared.verdicts,
                moment.milliseconds(since: last.at) < rhythm.rest
            {
                continue
            }
            comparisons[key] = (compared, moment)
            events.append(.secretsCompared(compared))
        }
        let problems = Set(report.results.filter { $0.verdict != .ok }.map { "\($0.verdict) \($0.id) \($0.site)" })
        if let check, check.problems == problems, moment.milliseconds(since: check.at) < rhythm.rest { return events }
        check = (problems, moment)
        return events + [.checkCompleted(report.event)]
    }

    /// Nothing of the last round was kept: the next one keeps it again.
    mutating func forget() {
        looks = [:]
        comparisons = [:]
        check = nil
    }

    /// What is to be told: failing or unknown in two rounds running, and what was told and is over.
    mutating func alerts(of report: CheckReport) -> [Alert] {
        var alerts: [Alert] = []
        var now: [String: Firing] = [:]
        for result in report.results where result.verdict == .failing || result.verdict == .unknown {
            let key = "\(result.id) \(result.site)"
            var firing = self.firing[key] ?? Firing(result: result, rounds: 0)
            firing.rounds += 1
            firing.result = result
            // A split brain costs data with every second.
            let isUrgent = result.id == "postgres.split-brain"
            if firing.rounds >= 2 || isUrgent, !firing.isTold {
                firing.isTold = true
                alerts.append(Alert(result: result, isOver: false))
            }
            now[key] = firing
        }
        for (key, firing) in self.firing where firing.isTold && now[key] == nil {
            alerts.append(Alert(result: firing.result, isOver: true))
        }
        firing = now
        return alerts.sorted { ($0.result.site, $0.result.id) < ($1.result.site, $1.result.id) }
    }
}

extension SiteObservation {
    fileprivate var isPosition: Bool { if case .postgres = seen { true } else { false } }

    /// Which system it is about, seen or not.
    fileprivate var place: String {
        switch seen {
        case .postgres: "\(site) postgres \(cluster ?? "")"
        case .workloads: "\(site) kubernetes"
        case .service: "\(site) service"
        case .unreachable(let system, _): "\(site) \(system)" + (system == "postgres" ? " \(cluster ?? "")" : "")
        }
    }
}
