import FailoverModel

/// What is looked at together, with a time limit of its own: a system that hangs makes only this unknown, and keeps nothing
/// else waiting.
struct CheckPart: Sendable {
    /// What is unknown where no answer comes in time.
    var check: Check
    var site: String
    var limit: Duration
    var work: @Sendable () async -> CheckReport

    init(
        _ check: Check, at site: String, within limit: Duration,
        report work: @escaping @Sendable () async -> CheckReport
    ) {
        self.check = check
        self.site = site
        self.limit = limit
        self.work = work
    }

    init(
        _ check: Check, at site: String, within limit: Duration,
        _ work: @escaping @Sendable () async -> [CheckResult]
    ) {
        self.init(check, at: site, within: limit, report: { CheckReport(results: await work()) })
    }

    /// The work is cancelled when its time is over; everything that looks at a system ends then.
    func report() async -> CheckReport {
        await withTaskGroup(of: CheckReport?.self) { group in
            group.addTask { await work() }
            group.addTask { [limit] in
                try? await Task.sleep(for: limit)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first ?? CheckReport(results: [check.late(site, limit)])
        }
    }
}

extension [CheckPart] {
    /// All at the same time; the results in the order of the parts.
    func report() async -> CheckReport {
        let reports = await withTaskGroup(of: (Int, CheckReport).self) { group in
            for (index, part) in enumerated() { group.addTask { (index, await part.report()) } }
            var reports: [Int: CheckReport] = [:]
            for await (index, report) in group { reports[index] = report }
            return reports
        }
        var whole = CheckReport()
        for index in indices { if let report = reports[index] { whole.add(report) } }
        return whole
    }
}

extension CheckReport {
    mutating func add(_ other: CheckReport) {
        results += other.results
        observations += other.observations
        comparisons += other.comparisons
    }
}

extension Check {
    /// No answer came in time.
    func late(_ site: String, _ limit: Duration) -> CheckResult {
        unknown(site, .late(limit, at: site, "the system"))
    }

    /// A system that could not be looked at: unknown where nothing came back at all, failing where it said no or refused the
    /// connection.
    func unseen(_ site: String, _ fault: Fault) -> CheckResult {
        fault.silence == .late ? unknown(site, fault) : failing(site, fault)
    }

    /// Something that only this check wants to see, and may not: a run can do without.
    func notSeen(_ site: String, _ fault: Fault) -> CheckResult {
        switch fault.kind {
        case .forbidden, .rejected: warning(site, "\(fault.place): \(fault.what)", fix: fault.next)
        case .unreachable, .uncertain, .conflict, .throttled, .unavailable, .refused, .invalid: unknown(site, fault)
        }
    }
}

extension Fault {
    /// A look that was not over within its time.
    static func late(_ limit: Duration, at place: String, _ system: String) -> Fault {
        Fault(
            .unreachable, "no answer within \(limit.wholeMilliseconds / 1000) s", at: place,
            next: "See whether \(system) hangs, or what is on the way to it", silence: .late)
    }
}
