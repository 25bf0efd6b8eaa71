import FailoverModel

/// How workloads get back the counts that were found: only those still at what the step had set, never what a person
/// has changed since.
struct RestorePlan {
    private(set) var changes: [(key: WorkloadKey, count: Int64)] = []
    private var restored: [ReleaseWorkloads.Workload] = []
    private var left: [String] = []

    /// `ours` is the count that the step set.
    init(_ remembered: RememberedCounts, _ found: ReleaseWorkloads, ours: (RememberedCounts.Entry) -> Int64?) {
        for entry in remembered.entries {
            guard let workload = found.workload(entry.key) else {
                left.append("\(entry.key.name) no longer exists")
                continue
            }
            if workload.wanted == entry.replicas {
                restored.append(workload)
            } else if workload.wanted == ours(entry) {
                changes.append((entry.key, entry.replicas))
            } else {
                left.append(
                    "\(entry.key.name) was set to \(workload.wanted) by somebody (found \(entry.replicas) before)")
            }
        }
    }

    func finding(
        _ found: ReleaseWorkloads, site: String, facts: JSONValue, readiness: (ReleaseWorkloads.Workload) -> Bool
    ) -> Finding {
        let note = left.isEmpty ? "" : "; left alone: \(left.joined(separator: ", "))"
        let unready = restored.filter { !readiness($0) }
        let verdict: Finding.Verdict
        let sentence: String
        if !changes.isEmpty {
            verdict = .needed
            let list = changes.map { "\($0.key.name) to \($0.count)" }.joined(separator: ", ")
            sentence = "counts go back to what was found: \(list)"
        } else if !unready.isEmpty {
            verdict = .waiting
            sentence = "the counts are back; \(PodTexts.unsettled(unready))"
        } else {
            verdict = .done
            sentence = "all counts are as they were found"
        }
        return Finding(
            verdict, sentence + note, facts: facts,
            observations: [SiteObservation(site: site, seen: .workloads(found.observation))])
    }
}
