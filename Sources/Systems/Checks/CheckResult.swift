package import FailoverModel

/// One prerequisite of a failover at one site, as it was just seen.
package struct CheckResult: Equatable, Sendable {
    /// `replication.lag`: what is checked, the same at every site.
    package var id: String
    package var site: String
    package var verdict: CheckVerdict
    /// What was seen, one sentence.
    package var seen: String
    /// What a failover needs it for.
    package var why: String
    /// What a person does about it; empty where nothing is to be done.
    package var fix: String

    package init(id: String, site: String, verdict: CheckVerdict, seen: String, why: String, fix: String) {
        self.id = id
        self.site = site
        self.verdict = verdict
        self.seen = seen
        self.why = why
        self.fix = fix
    }
}

/// What was found at all sites.
package struct CheckReport: Sendable {
    package var results: [CheckResult]
    /// What was seen of the sites on the way.
    package var observations: [SiteObservation]
    package var comparisons: [SecretsCompared]

    package init(
        results: [CheckResult] = [], observations: [SiteObservation] = [], comparisons: [SecretsCompared] = []
    ) {
        self.results = results
        self.observations = observations
        self.comparisons = comparisons
    }

    package func count(_ verdict: CheckVerdict) -> Int { results.count { $0.verdict == verdict } }

    /// What the journal keeps of it.
    package var event: CheckCompleted {
        CheckCompleted(
            ok: Int64(count(.ok)),
            problems: results.filter { $0.verdict != .ok }.map {
                CheckProblem(id: $0.id, site: $0.site, verdict: $0.verdict, seen: $0.seen)
            })
    }
}

/// What is checked, and why.
struct Check: Sendable {
    var id: String
    var why: String

    func ok(_ site: String, _ seen: String) -> CheckResult { result(site, .ok, seen, "") }
    func warning(_ site: String, _ seen: String, fix: String) -> CheckResult { result(site, .warning, seen, fix) }
    func failing(_ site: String, _ seen: String, fix: String) -> CheckResult { result(site, .failing, seen, fix) }

    /// A system that could not be looked at.
    func failing(_ site: String, _ fault: Fault) -> CheckResult {
        result(site, .failing, "\(fault.place): \(fault.what)", fault.next)
    }

    func unknown(_ site: String, _ fault: Fault) -> CheckResult {
        result(site, .unknown, "\(fault.place): \(fault.what)", fault.next)
    }

    private func result(_ site: String, _ verdict: CheckVerdict, _ seen: String, _ fix: String) -> CheckResult {
        CheckResult(id: id, site: site, verdict: verdict, seen: seen, why: why, fix: fix)
    }
}
