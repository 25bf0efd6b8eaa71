import Foundation
import Glibc

extension KubernetesCluster {
    /// The signal by which a pod's container is stopped, as an image says it (`STOPSIGNAL`): a pod template's annotation.
    static let stopSignalAnnotation = "rehearsal.handover/stop-signal"

    /// Whether the pod has a claim whose files lie on this machine.
    func isLocal(_ pod: APIValue) -> Bool {
        guard let containers else { return false }
        return pod.claims.contains { containers.claims[$0] != nil }
    }

    /// The kubelet's part for a pod that is really run. It is looked at again after a moment.
    func tend(_ pod: APIValue, key: ObjectKey, now: ContinuousClock.Instant) {
        podDeadlines[pod.uid] = PodDeadline(change: .starts, at: now + .milliseconds(40))
        let isEnded = pod["status", "phase"] == "Succeeded" || pod["status", "phase"] == "Failed"
        if pod.isTerminating { return stop(pod, key: key, now: now) }
        if isEnded {
            podDeadlines[pod.uid] = nil
        } else if pod["spec", "nodeName"] == nil {
            schedule(pod, key: key, now: now)
        } else if let container = localContainers[pod.uid] {
            if let code = container.exitCode { end(pod, key: key, container, code) }
        } else if let why = reasonToWait(pod) {
            wait(pod, key: key, reason: why)
        } else {
            launch(pod, key: key)
        }
    }

    /// Ends whatever still runs.
    func endContainers() {
        for container in localContainers.values {
            kill(container.process.pid, SIGKILL)
            var status: Int32 = 0
            while waitpid(container.process.pid, &status, 0) < 0, errno == EINTR {}
        }
        localContainers = [:]
    }

    /// Ends those whose pod was taken away by force.
    func endOrphans() {
        guard !localContainers.isEmpty else { return }
        let known = Set(values(ResourceRegistry.pods).map(\.uid))
        for (uid, container) in localContainers where !known.contains(uid) {
            kill(container.process.pid, SIGKILL)
            if container.exitCode != nil { localContainers[uid] = nil }
        }
    }

    /// What a pod's container wrote; `nil` where it is not run here.
    func log(of pod: APIValue) -> String? {
        guard isLocal(pod), let containers else { return nil }
        return SmallFile.text(at: "\(containers.directory)/\(pod.uid)/log")
    }

    // MARK: Beginning

    /// Why it cannot be put onto a node: a claim that is not there, or that another pod has for itself.
    func reasonUnscheduled(_ pod: APIValue) -> String? {
        for name in pod.claims {
            let key = ObjectKey(type: ResourceRegistry.volumeClaims, namespace: pod.namespace, name: name)
            guard let claim = value(key) else { return "persistentvolumeclaim \"\(name)\" not found" }
            guard claim["spec", "accessModes"]?.items?.contains("ReadWriteOncePod") == true else { continue }
            let holds = { (other: APIValue) in
                other.uid != pod.uid && other["spec", "nodeName"] != nil && other.claims.contains(name)
                    && other["status", "phase"] != "Succeeded" && other["status", "phase"] != "Failed"
            }
            if values(ResourceRegistry.pods, namespace: pod.namespace).contains(where: holds) {
                return "0/3 nodes are available: 3 node has pod using PersistentVolumeClaim with the same name and "
                    + "ReadWriteOncePod access mode."
            }
        }
        return nil
    }

    /// Why its container is not begun yet: a Secret to be mounted is not there.
    private func reasonToWait(_ pod: APIValue) -> String? {
        for volume in pod["spec", "volumes"]?.items ?? [] {
            guard let name = volume["secret", "secretName"]?.text else { continue }
            let key = ObjectKey(type: ResourceRegistry.secrets, namespace: pod.namespace, name: name)
            if value(key) == nil { return "ContainerCreating" }
        }
        return nil
    }

    private func wait(_ pod: APIValue, key: ObjectKey, reason: String) {
        var pod = pod
        let state: APIValue = ["waiting": ["reason": .string(reason)]]
        pod["status", "containerStatuses"] = .array(Self.containerStatuses(pod, state: state, ready: false))
        if pod != value(key) { control(pod, key: key, by: .kubelet) }
    }

    private func launch(_ pod: APIValue, key: ObjectKey) {
        var pod = pod
        let time = APITimestamp.now()
        do {
            localContainers[pod.uid] = LocalContainer(
                process: try launch(pod).start(), startedAt: time, stoppingSince: nil)
        } catch {
            let state: APIValue = [
                "waiting": ["reason": "CreateContainerError", "message": .string("\(error)")]
            ]
            pod["status", "containerStatuses"] = .array(Self.containerStatuses(pod, state: state, ready: false))
            return control(pod, key: key, by: .kubelet)
        }
        let address =
            pod["spec", "hostNetwork"] == true
            ? pod["status", "hostIP"]?.text ?? "127.0.0.1" : nextIPAddress(prefix: "10.244")
        pod["status", "phase"] = "Running"
        pod["status", "podIP"] = .string(address)
        pod["status", "podIPs"] = [["ip": .string(address)]]
        pod["status", "conditions"] = .array(Self.podConditions(ready: true, reason: nil))
        pod["status", "containerStatuses"] = .array(
            Self.containerStatuses(pod, state: ["running": ["startedAt": .string(time)]], ready: true))
        control(pod, key: key, by: .kubelet)
    }

    /// The program that the pod's first container is, in namespaces of its own.
    private func launch(_ pod: APIValue) throws -> Launch {
        let container = pod["spec", "containers"]?.items?.first ?? .null
        let words = ((container["command"]?.items ?? []) + (container["args"]?.items ?? [])).compactMap(\.text)
        let folder = "\(containers?.directory ?? "")/\(pod.uid)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let user =
            container["securityContext", "runAsUser"]?.int ?? pod["spec", "securityContext", "runAsUser"]?.int ?? 0
        let group =
            container["securityContext", "runAsGroup"]?.int ?? pod["spec", "securityContext", "runAsGroup"]?.int ?? user
        var mounts: [String] = []
        for mount in container["volumeMounts"]?.items ?? [] {
            guard let name = mount["name"]?.text, let target = mount["mountPath"]?.text else { continue }
            mounts += [try source(of: name, in: pod, folder, user: uid_t(user), group: gid_t(group)), target]
        }
        var environment = ["PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
        for variable in container["env"]?.items ?? [] {
            if let name = variable["name"]?.text { environment[name] = variable["value"]?.text }
        }
        let own = ["--reuid=\(user)", "--regid=\(group)", "--clear-groups", "--"] + words
        return Launch(
            executable: "unshare",
            arguments: [
                "--mount", "--pid", "--ipc", "--fork", "--kill-child", "--propagation", "private", "--mount-proc", "sh",
                "-c", LocalMount.script, "container",
            ] + mounts + ["--"] + own,
            environment: environment, account: nil, output: .file("\(folder)/log"))
    }

    /// The folder of a volume on this machine; those that are not of a claim are made.
    private func source(
        of name: String, in pod: APIValue, _ folder: String, user: uid_t, group: gid_t
    ) throws -> String {
        let volume = (pod["spec", "volumes"]?.items ?? []).first { $0["name"]?.text == name } ?? .null
        if let claim = volume["persistentVolumeClaim", "claimName"]?.text, let known = containers?.claims[claim] {
            return known
        }
        let path = "\(folder)/\(name)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        if let secret = volume["secret", "secretName"]?.text {
            let key = ObjectKey(type: ResourceRegistry.secrets, namespace: pod.namespace, name: secret)
            for (file, text) in value(key)?["data"]?.texts ?? [:] {
                let plain = Data(base64Encoded: text).map { String(decoding: $0, as: UTF8.self) } ?? ""
                try SmallFile.write(plain, to: "\(path)/\(file)", mode: 0o644)
            }
        } else {
            chmod(path, 0o777)
            chown(path, user, group)
        }
        return path
    }

    // MARK: Ending

    private func end(_ pod: APIValue, key: ObjectKey, _ container: LocalContainer, _ code: Int64) {
        localContainers[pod.uid] = nil
        var pod = pod
        let now = APIValue.string(APITimestamp.now())
        let ended: APIValue = [
            "terminated": [
                "exitCode": .integer(code), "reason": code == 0 ? "Completed" : "Error",
                "startedAt": .string(container.startedAt), "finishedAt": now,
            ]
        ]
        let restarts = pod["spec", "restartPolicy"] == "Always"
        if !restarts { pod["status", "phase"] = code == 0 ? "Succeeded" : "Failed" }
        pod["status", "conditions"] = .array(
            Self.podConditions(ready: false, reason: restarts ? "ContainersNotReady" : "PodCompleted"))
        let state: APIValue = restarts ? ["waiting": ["reason": "CrashLoopBackOff"]] : ended
        pod["status", "containerStatuses"] = .array(Self.containerStatuses(pod, state: state, ready: false))
        control(pod, key: key, by: .kubelet)
        // Begun again in a while, as a kubelet does.
        if restarts { podDeadlines[pod.uid] = PodDeadline(change: .starts, at: .now + .seconds(2)) }
    }

    /// Asks it to stop, and ends it where its time is over.
    private func stop(_ pod: APIValue, key: ObjectKey, now: ContinuousClock.Instant) {
        if var container = localContainers[pod.uid], container.exitCode == nil {
            let grace = pod["metadata", "deletionGracePeriodSeconds"]?.int ?? 30
            if let since = container.stoppingSince {
                if since + .seconds(grace) <= now { kill(container.process.pid, SIGKILL) }
            } else {
                container.stoppingSince = now
                localContainers[pod.uid] = container
                let signal = pod.annotations[Self.stopSignalAnnotation] == "SIGINT" ? SIGINT : SIGTERM
                kill(-container.process.pid, signal)
            }
            return
        }
        localContainers[pod.uid] = nil
        podDeadlines[pod.uid] = nil
        if pod.finalizers.isEmpty { remove(key) }
    }
}

extension LocalContainer {
    /// How it has ended; `nil` while it runs. Only once: the process is reaped.
    var exitCode: Int64? {
        var status: Int32 = 0
        let ended = waitpid(process.pid, &status, WNOHANG)
        if ended == 0 { return nil }
        guard ended == process.pid else { return 137 }
        return Int64(status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + status & 0x7f)
    }
}

extension APIValue {
    /// The names of a pod's PersistentVolumeClaims.
    var claims: [String] {
        (self["spec", "volumes"]?.items ?? []).compactMap { $0["persistentVolumeClaim", "claimName"]?.text }
    }
}
