import Foundation

extension KubernetesCluster {
    /// Runs a Job's pods until enough of them ended well, or too many did not.
    func reconcileJob(_ key: ObjectKey, _ job: APIValue) {
        guard !job.isTerminating, job["spec", "suspend"] != true else { return }
        var job = job
        let old = job["status", "conditions"]?.items ?? []
        if let end = old.first(where: { ($0["type"] == "Complete" || $0["type"] == "Failed") && $0["status"] == "True" }
        ) {
            return removeEnded(key, job, end)
        }
        if isOver(job, "activeDeadlineSeconds", since: job["status", "startTime"]) {
            for pod in pods(of: job) where pod.object.isActivePod {
                _ = try? delete(pod.key, options: ObjectDeleteOptions())
            }
            job["status", "active"] = nil
            job["status", "conditions"] = [
                Self.condition(
                    "Failed", true, "DeadlineExceeded", "Job was active longer than specified deadline", old: old)
            ]
            return control(job, key: key, by: .controllerStatus)
        }
        let owned = pods(of: job).map(\.object)
        let succeeded = owned.count { $0["status", "phase"] == "Succeeded" }
        let failed = owned.count { $0["status", "phase"] == "Failed" }
        var active = owned.count(where: \.isActivePod)
        let completions = job["spec", "completions"]?.int ?? 1
        let isFailed = failed > job["spec", "backoffLimit"]?.int ?? 6
        let isComplete = succeeded >= completions
        let now = APIValue.string(APITimestamp.now())
        if !isFailed, !isComplete {
            let wanted = min(job["spec", "parallelism"]?.int ?? 1, completions - succeeded)
            for _ in active..<max(active, wanted) {
                createPod(of: job, name: "\(key.name)-\(Self.randomSuffix())")
                active += 1
            }
        }
        job["status", "startTime"] = job["status", "startTime"] ?? now
        job["status", "active"] = .countUnlessZero(active)
        job["status", "succeeded"] = .countUnlessZero(succeeded)
        job["status", "failed"] = .countUnlessZero(failed)
        let ready = owned.count { $0.isActivePod && $0.isReadyPod }
        job["status", "ready"] = .count(ready)
        job["status", "terminating"] = .count(owned.count(where: \.isTerminating))
        if isComplete {
            job["status", "completionTime"] = now
            job["status", "conditions"] = [
                Self.condition(
                    "SuccessCriteriaMet", true, "CompletionsReached", "Reached expected number of succeeded pods",
                    old: old),
                Self.condition(
                    "Complete", true, "CompletionsReached", "Reached expected number of succeeded pods", old: old),
            ]
        } else if isFailed {
            job["status", "conditions"] = [
                Self.condition(
                    "Failed", true, "BackoffLimitExceeded", "Job has reached the specified backoff limit", old: old)
            ]
        }
        control(job, key: key, by: .controllerStatus)
    }

    /// Some time after its end a Job goes by itself, and its pods with it.
    private func removeEnded(_ key: ObjectKey, _ job: APIValue, _ end: APIValue) {
        guard isOver(job, "ttlSecondsAfterFinished", since: end["lastTransitionTime"]) else { return }
        _ = try? delete(key, options: ObjectDeleteOptions())
    }

    /// Whether the time that the Job's spec names is over; if not, the controllers look again then.
    private func isOver(_ job: APIValue, _ field: String, since start: APIValue?) -> Bool {
        guard let seconds = job["spec", field]?.int, let start = start?.text.flatMap(APITimestamp.date) else {
            return false
        }
        let left = start.addingTimeInterval(Double(seconds)).timeIntervalSinceNow
        podDeadlines[job.uid] = left > 0 ? PodDeadline(change: .starts, at: .now + .seconds(left)) : nil
        return left <= 0
    }
}
