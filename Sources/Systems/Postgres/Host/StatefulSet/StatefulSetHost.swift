import FailoverModel
import Foundation

/// A PostgreSQL in the one pod of a StatefulSet: scaled to stop and to start it, and worked on by Jobs that have its volume.
///
/// A Job runs only while the set is at 0 and no pod has its claims, so that nobody else is at the files and a volume that
/// only one pod may have (`ReadWriteOncePod`) can be had. So a server that runs is seen through the API and by SQL alone.
struct StatefulSetHost: DatabaseServerHost {
    let host: DatabaseHost
    let name: String
    /// The container's name, where the topology has one.
    let container: String?
    let client: KubernetesClient
    let place: String
    /// How long a Job may stand in the way of itself.
    let patience: Duration

    var isOpenOnlyWhenStopped: Bool { true }

    // MARK: Looking

    func look(counting stretch: LogStretch?) async throws(Fault) -> HostSight {
        let seen = try await sight()
        let obstacle = obstacle(seen)
        if let task = seen.task, task.job.end == nil {
            var sight = HostSight(content: .cluster)
            sight.obstacle = obstacle
            sight.trouble = task.pods.lazy.compactMap(\.trouble).first
            sight.task = HostSight.Task(
                isRunning: true, status: nil, phase: "Job \(task.job.metadata.name)", key: task.job.key,
                copiedBytes: nil,
                words: "")
            return sight
        }
        if let obstacle {
            var sight = HostSight(content: .cluster, isRunning: !seen.isDown)
            sight.obstacle = obstacle
            return sight
        }
        // Here and not by whoever began the task, which may have been killed meanwhile. Else it goes with the Job.
        if let task = seen.task { try? await client.delete(core("secrets", task.job.metadata.name), uid: nil) }
        guard seen.isDown else {
            var sight = HostSight(content: .cluster, isRunning: true)
            sight.trouble = seen.pods.lazy.compactMap(\.trouble).first
            return sight
        }
        let mark = UUID().uuidString
        let script = HostScripts.look(host, counting: stretch, mark: mark)
        let output = try await run(script, .look, seconds: HostLimits.lookSeconds)
        guard var sight = HostSight(output, mark: mark) else {
            throw Fault(
                .invalid, "the Job's log is not what our script prints: \(output.suffix(200).onOneLine())", at: place,
                next: "Check that the image has sh and coreutils, and that the log of a pod can be read")
        }
        // No process of the set's own is to be seen from a Job's container.
        sight.isRunning = false
        if let task = seen.task, task.job.hasFailed { await tell(of: task, in: &sight) }
        return sight
    }

    /// How Kubernetes says that a task's Job ended; and that it did, where it left nothing on the volume.
    private func tell(of task: (job: JobObject, pods: [PodObject]), in sight: inout HostSight) async {
        if sight.task?.key != task.job.key {
            sight.task = HostSight.Task(
                isRunning: false, status: nil, phase: "Job \(task.job.metadata.name)", key: task.job.key,
                copiedBytes: nil,
                words: "")
        }
        var words = [task.job.end?.reason, task.job.end?.message].compactMap { $0 }
        if let pod = task.pods.first, let log = try? await log(of: pod) {
            words += log.split(whereSeparator: \.isNewline).suffix(1).map(String.init)
        }
        sight.task?.outsideWords = words.map { $0.onOneLine(limit: 200) }.joined(separator: ", ")
    }

    /// Everything that decides what may be done, read anew.
    func sight() async throws(Fault) -> StatefulSetSight {
        guard let json = try await client.get(path()),
            let workload = try await client.get(path(), as: WorkloadObject.self)
        else {
            throw Fault(
                .rejected, "there is no such StatefulSet", at: place,
                next: "Check name and namespace of \"databaseHost\" against kubectl get statefulsets -A")
        }
        let set = StatefulSetObject(json: json, workload: workload)
        let all = try await client.list(core("pods"), of: PodObject.self)
        let own = all.filter { $0.metadata.controller?.uid == workload.metadata.uid && workload.metadata.uid != nil }
        let strangers = all.filter { pod in
            pod.mayRun && !own.contains { $0.metadata.name == pod.metadata.name }
                && !set.claims.isDisjoint(with: pod.claims)
        }
        let selector = "\(JobFolder.setLabel)=\(name),\(JobFolder.workLabel)=\(StatefulSetJob.Work.task.rawValue)"
        let jobs = try await client.list(jobsPath().with("labelSelector", selector), of: JobObject.self)
        // One that is at work counts before all that have ended.
        let newest =
            jobs.first { $0.end == nil }
            ?? jobs.max { ($0.metadata.creationTimestamp ?? "") < ($1.metadata.creationTimestamp ?? "") }
        return StatefulSetSight(
            set: set, pods: own, strangers: strangers,
            task: newest.map { job in (job, all.filter { $0.metadata.controller?.uid == job.metadata.uid }) })
    }

    func confirm(
        _ connection: PostgresConnection, hasIdentifier identifier: String?, within limit: Duration
    ) async throws(Fault) {
        let row = try await connection.query("SELECT host(inet_server_addr()) AS address", within: limit).one()
        let addresses = try await sight().pods.flatMap(\.addresses)
        let address = row.text("address")
        guard let address, addresses.contains(address) else {
            throw Fault(
                .refused,
                "the server that answers has the address \(address ?? "of a socket"), and the set's pod has "
                    + "\(addresses.isEmpty ? "none" : addresses.joined(separator: ", "))", at: place,
                next: "Correct \"databaseHost\" in the topology: it is to be the server that \"host\" leads to")
        }
    }

    func obstacle() async throws(Fault) -> StandbyComparison.Refusal? { obstacle(try await sight()) }

    private func obstacle(_ seen: StatefulSetSight) -> StandbyComparison.Refusal? {
        let set = seen.set
        if let owner = set.workload.metadata.controller {
            return .init(
                rule: "host-has-operator",
                sentence: "\(place) belongs to \(owner.kind) \(owner.name), and whoever made it puts it back; "
                    + "let that operator stop and rebuild the server")
        }
        if set.wanted > 1 || seen.pods.count > 1 {
            return .init(
                rule: "host-has-replicas",
                sentence: "\(place) has \(max(set.wanted, Int64(seen.pods.count))) replicas, and which of them is the "
                    + "server is not guessed; name a set of one")
        }
        if set.json["spec"]?["persistentVolumeClaimRetentionPolicy"]?["whenScaled"]?.text == "Delete" {
            return .init(
                rule: "host-deletes-volumes",
                sentence: "\(place) deletes its volumes when it is scaled to 0 "
                    + "(persistentVolumeClaimRetentionPolicy.whenScaled); set that to Retain first")
        }
        guard let container = set.container(named: container) else {
            return .init(
                rule: "host-container-unknown",
                sentence:
                    "\(place) has the containers \(set.containerNames.joined(separator: ", ")); name PostgreSQL's "
                    + "as \"container\" of \"databaseHost\"")
        }
        guard let mount = set.mount(of: host.data, in: container), let at = mount["mountPath"]?.text,
            set.volumes.contains(where: { $0["name"] == mount["name"] && $0["persistentVolumeClaim"] != nil })
        else {
            return .init(
                rule: "data-not-on-volume",
                sentence: "\(host.data) of \(place) is on no claimed volume, so it would be gone with the pod; correct "
                    + "\"data\" of \"databaseHost\"")
        }
        guard host.data != at else {
            return .init(
                rule: "data-is-mount-point",
                sentence:
                    "\(host.data) of \(place) is the mount point of the volume, and beside it nothing can be kept; "
                    + "have the data in a folder of the volume (PGDATA)")
        }
        return nil
    }

    /// Throws where nothing may be done to it.
    func workable() async throws(Fault) -> StatefulSetSight {
        let seen = try await sight()
        guard let obstacle = obstacle(seen) else { return seen }
        throw Fault(.refused, obstacle.sentence, at: place, next: "Put that right, then resume")
    }

    // MARK: Paths

    func path(_ subresource: String? = nil) -> APIPath {
        APIPath(
            version: "apps/v1", namespace: client.namespace, resource: "statefulsets", name: name,
            subresource: subresource)
    }

    func core(_ resource: String, _ name: String? = nil, _ subresource: String? = nil) -> APIPath {
        APIPath(
            version: "v1", namespace: client.namespace, resource: resource, name: name, subresource: subresource)
    }

    func jobsPath(_ name: String? = nil) -> APIPath {
        APIPath(version: "batch/v1", namespace: client.namespace, resource: "jobs", name: name)
    }
}
