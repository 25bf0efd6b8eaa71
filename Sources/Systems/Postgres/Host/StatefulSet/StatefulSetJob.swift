import Crypto
import FailoverModel
import Foundation

/// The Job that works on a StatefulSet's volume: its pod is made like the set's own, and runs one script.
struct StatefulSetJob: Sendable {
    enum Work: String, Sendable {
        /// Only looks, and is waited for.
        case look
        /// A change that takes a moment, and is waited for.
        case change
        /// May take hours, and goes on by itself.
        case task
    }

    var set: StatefulSetObject
    var container: JSONValue
    var work: Work
    var name: String
    var key: String
    var script: String
    var seconds: Int64
    /// The name of the Secret with what the script must not show; `nil` where it needs none.
    var secret: String?

    /// Of run and step, so that a run that is resumed finds it: `handover-ess-failback-3-rejoin-1f0c9a7e`.
    static func name(of key: String, at set: String) -> String {
        let digest = SHA256.hash(data: Data("\(set) \(key)".utf8)).prefix(4)
            .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let words = key.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
        let slug = String(words).split(separator: "-").joined(separator: "-").prefix(40)
        return "handover-\(slug)\(slug.hasSuffix("-") ? "" : "-")\(digest)"
    }

    static func labels(_ set: String, _ work: Work) -> JSONValue {
        [
            "app.kubernetes.io/managed-by": "handover", JobFolder.setLabel: .string(set),
            JobFolder.workLabel: .string(work.rawValue),
        ]
    }

    var manifest: JSONValue {
        let labels = Self.labels(set.name, work)
        return [
            "apiVersion": "batch/v1", "kind": "Job",
            "metadata": [
                "name": .string(name), "labels": labels,
                "annotations": [JobFolder.keyAnnotation: .string(key)],
            ],
            "spec": [
                "backoffLimit": 0, "completions": 1, "parallelism": 1, "activeDeadlineSeconds": .integer(seconds),
                "ttlSecondsAfterFinished": 600,
                // Not the set's labels: its Services must not lead here.
                "template": ["metadata": ["labels": labels], "spec": podSpec],
            ],
        ]
    }

    /// What makes the pod run where, as whom and with what the set's own does.
    private static let takenOver = [
        "securityContext", "serviceAccountName", "nodeSelector", "tolerations", "affinity", "imagePullSecrets",
        "runtimeClassName", "priorityClassName", "schedulerName", "hostNetwork", "hostUsers", "dnsPolicy", "dnsConfig",
        "hostAliases",
    ]

    private var podSpec: JSONValue {
        var fields: [String: JSONValue] = [:]
        for key in Self.takenOver { fields[key] = set.podSpec[key] }
        fields["restartPolicy"] = "Never"
        fields["automountServiceAccountToken"] = false
        var own: [String: JSONValue] = [:]
        for key in ["image", "imagePullPolicy", "securityContext", "resources"] { own[key] = container[key] }
        own["name"] = .string(JobFolder.container)
        own["command"] = ["sh", "-c", .string(script)]
        let environment = (container["env"]?.elements ?? []).filter {
            ["PATH", "LD_LIBRARY_PATH"].contains($0["name"]?.text ?? "") && $0["value"]?.text != nil
        }
        if !environment.isEmpty { own["env"] = .array(environment) }
        var mounts = container["volumeMounts"]?.elements ?? []
        let mounted = Set(mounts.compactMap { $0["name"]?.text })
        var volumes = set.volumes.filter { mounted.contains($0["name"]?.text ?? "") }
        mounts.append(["name": "handover-work", "mountPath": .string(JobFolder.work)])
        volumes.append(["name": "handover-work", "emptyDir": ["medium": "Memory"]])
        if let secret {
            mounts.append(["name": "handover-secret", "mountPath": .string(JobFolder.secret), "readOnly": true])
            volumes.append(["name": "handover-secret", "secret": ["secretName": .string(secret)]])
        }
        own["volumeMounts"] = .array(mounts)
        fields["containers"] = [.object(own)]
        fields["volumes"] = .array(volumes)
        return .object(fields)
    }
}
