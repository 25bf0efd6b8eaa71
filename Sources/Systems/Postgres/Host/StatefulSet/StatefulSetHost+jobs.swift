import FailoverModel
import Foundation

extension StatefulSetHost {
    func markAsStandby() async throws(Fault) {
        _ = try await run(HostScripts.markAsStandby(host), .change, seconds: 60)
    }

    func unmarkAsStandby() async throws(Fault) {
        _ = try await run(HostScripts.unmarkAsStandby(host), .change, seconds: 60)
    }

    // MARK: A task that goes on by itself

    /// Passwords go into a Secret that belongs to the Job. Whoever looks after the Job's end deletes it.
    func begin(_ task: RejoinTask) async throws(Fault) {
        let name = StatefulSetJob.name(of: task.key, at: self.name)
        if let known = try await client.get(jobsPath(name), as: JobObject.self) {
            guard known.end != nil else {
                throw Fault(
                    .conflict, "a task of Handover runs there already", at: place, next: "Wait for its end, then resume"
                )
            }
            try await remove(known)
        }
        let job = try await job(
            HostScripts.job(task, on: host), .task, name: name, key: task.key, seconds: 86_400, secret: name)
        try await keep(task, as: name)
        let made = try await client.create(jobsPath(), job.manifest)
        try await keep(task, as: name, owner: made["metadata"]?["uid"]?.text)
    }

    private func keep(_ task: RejoinTask, as name: String, owner: String? = nil) async throws(Fault) {
        var metadata: [String: JSONValue] = [
            "name": .string(name), "labels": StatefulSetJob.labels(self.name, .task),
        ]
        if let owner {
            metadata["ownerReferences"] = [
                ["apiVersion": "batch/v1", "kind": "Job", "name": .string(name), "uid": .string(owner)]
            ]
        }
        let values = ["pgpass": task.passwordLines, "settings": task.settings]
        do throws(Fault) {
            _ = try await client.apply(
                core("secrets", name),
                [
                    "apiVersion": "v1", "kind": "Secret", "metadata": .object(metadata),
                    "data": .object(values.mapValues { .string(Data($0.utf8).base64EncodedString()) }),
                ], force: true)
        } catch {
            // An answer may repeat what it refuses.
            var fault = error
            for secret in task.secrets { fault.what = fault.what.replacing(secret.reveal(), with: "<secret>") }
            for value in values.values where !value.isEmpty {
                fault.what = fault.what.replacing(Data(value.utf8).base64EncodedString(), with: "<secret>")
            }
            throw fault
        }
    }

    private func remove(_ job: JobObject) async throws(Fault) {
        try await client.delete(jobsPath(job.metadata.name), uid: job.metadata.uid)
        let deadline = ContinuousClock.now + patience
        while try await client.get(jobsPath(job.metadata.name)) != nil {
            guard ContinuousClock.now < deadline else {
                throw Fault(
                    .unavailable, "Job \(job.metadata.name) was deleted and does not go", at: place,
                    next: "See its finalizers, then resume")
            }
            try await pause(.milliseconds(200))
        }
    }

    // MARK: A script that is waited for

    /// Runs a script to its end, and gives back what it wrote; the Job is deleted then.
    func run(_ script: String, _ work: StatefulSetJob.Work, seconds: Int64) async throws(Fault) -> String {
        let name = "handover-\(work.rawValue)-\(UUID().uuidString.prefix(8).lowercased())"
        let job = try await job(script, work, name: name, key: work.rawValue, seconds: seconds)
        let made = try await client.create(jobsPath(), job.manifest)
        let uid = made["metadata"]?["uid"]?.text
        do throws(Fault) {
            let output = try await result(name, uid: uid, work, seconds: seconds)
            try await client.delete(jobsPath(name), uid: uid)
            return output
        } catch {
            // It must not begin later what was given up.
            try? await client.delete(jobsPath(name), uid: uid)
            throw error
        }
    }

    private func job(
        _ script: String, _ work: StatefulSetJob.Work, name: String, key: String, seconds: Int64, secret: String? = nil
    ) async throws(Fault) -> StatefulSetJob {
        let seen = try await workable()
        guard seen.isDown else {
            throw Fault(
                .refused, "it is not at 0, so no Job may have its volume", at: place,
                next: "See who scaled it, then resume")
        }
        if let stranger = seen.strangers.first(where: { $0.metadata.labels?[JobFolder.setLabel] == nil }) {
            throw Fault(
                .refused, "pod \(stranger.metadata.name) has its volume", at: place,
                next: "End that pod, then resume")
        }
        // A Handover that was killed may have left one that is only about to begin.
        let looking = StatefulSetJob.Work.look.rawValue
        if let other = seen.strangers.first(where: { $0.metadata.labels?[JobFolder.workLabel] != looking }) {
            throw Fault(
                .conflict, "pod \(other.metadata.name) of an earlier Job of Handover is not over", at: place,
                next: "Wait for that pod's end, then resume")
        }
        guard let container = seen.set.container(named: container) else {
            throw Fault(.invalid, "its container is not known", at: place, next: "Name it in \"databaseHost\"")
        }
        return StatefulSetJob(
            set: seen.set, container: container, work: work, name: name, key: key, script: script, seconds: seconds,
            secret: secret)
    }

    private func result(
        _ name: String, uid: String?, _ work: StatefulSetJob.Work, seconds: Int64
    ) async throws(Fault) -> String {
        var stuck = StuckJob(patience: patience)
        let deadline = ContinuousClock.now + .seconds(seconds) + patience
        while true {
            let job = try await client.get(jobsPath(name), as: JobObject.self)
            let pods = try await client.list(core("pods").with("labelSelector", "job-name=\(name)"), of: PodObject.self)
            if let pod = pods.first, let code = pod.exitCode(of: JobFolder.container) {
                let log = try await self.log(of: pod)
                if code == 0 { return log }
                let last = log.split(whereSeparator: \.isNewline).last { !$0.allSatisfy(\.isWhitespace) }
                throw Fault(
                    .rejected, "the Job's script ended with \(code): \(last?.onOneLine() ?? "and said nothing")",
                    at: place,
                    next: "See what it says, then resume")
            }
            guard let job else {
                throw Fault(.uncertain, "somebody deleted Job \(name)", at: place, next: "Find out who, then resume")
            }
            if let end = job.end, pods.allSatisfy({ !$0.mayRun }) {
                let why = [end.reason, end.message].compactMap { $0?.onOneLine() }.joined(separator: ", ")
                throw Fault(
                    work == .look ? .unavailable : .uncertain, "Job \(name) ended without its script's word: \(why)",
                    at: place, next: "See what became of its pod, then resume")
            }
            let reason = pods.isEmpty ? await refusedPods(of: name) : pods.lazy.compactMap(\.trouble).first
            if let reason = stuck.reason(reason, isWithoutPod: pods.isEmpty) {
                throw Fault(
                    .unavailable, "Job \(name) does not get to run: \(reason)", at: place,
                    next: "Put that right, then resume; nothing was done")
            }
            guard ContinuousClock.now < deadline else {
                throw Fault(
                    work == .look ? .unavailable : .uncertain, "Job \(name) was not through within \(seconds) s",
                    at: place,
                    next: "See what its pod does, then resume")
            }
            try await pause(.milliseconds(200))
        }
    }

    func log(of pod: PodObject) async throws(Fault) -> String {
        let path = core("pods", pod.metadata.name, "log").with("container", JobFolder.container)
        let answer = try await client.answer(path)
        guard answer.status == 200 else { throw Fault(answer, to: .get, place: client.place(path)) }
        return String(decoding: answer.body, as: UTF8.self)
    }

    /// Why no pod is made: a quota, the admission of pods. Only events tell, and they may not be for our eyes.
    private func refusedPods(of job: String) async -> String? {
        let path = core("events").with("fieldSelector", "involvedObject.kind=Job,involvedObject.name=\(job)")
        let events = try? await client.list(path, of: EventObject.self)
        return events?.last { $0.reason == "FailedCreate" }?.message?.onOneLine()
    }
}

/// Something that keeps a Job from running, for as long as it says the same.
private struct StuckJob {
    var patience: Duration
    private var last: String?
    private var since = ContinuousClock.now

    init(patience: Duration) { self.patience = patience }

    /// The reason, once it has stood for too long.
    mutating func reason(_ now: String?, isWithoutPod: Bool) -> String? {
        let now = now ?? (isWithoutPod ? "no pod of it was made (its events say why: kubectl describe job)" : nil)
        if (now == nil) != (last == nil) { since = .now }
        last = now
        guard let now, since.duration(to: .now) > patience else { return nil }
        return now
    }
}

/// An Event (`v1`), of which the reason and the words matter.
private struct EventObject: Decodable, Sendable {
    var reason: String?
    var message: String?
}
