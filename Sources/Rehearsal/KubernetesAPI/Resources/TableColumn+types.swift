import Foundation

extension TableColumn {
    /// The columns kubectl shows for a type; name and age for a type without its own.
    static func columns(of type: ResourceType) -> [TableColumn] {
        switch type.storeName {
        case "/pods": pods
        case "apps/deployments": deployments
        case "apps/statefulsets":
            [objectName, share("Ready", "readyReplicas", of: ("spec", "replicas")), age] + containers
        case "apps/replicasets":
            [
                objectName, number("Desired", "spec", "replicas"), number("Current", "status", "replicas"),
                number("Ready", "status", "readyReplicas"), age,
            ] + containers + [selector]
        case "apps/daemonsets":
            [
                objectName, number("Desired", "status", "desiredNumberScheduled"),
                number("Current", "status", "currentNumberScheduled"), number("Ready", "status", "numberReady"),
                number("Up-to-date", "status", "updatedNumberScheduled"),
                number("Available", "status", "numberAvailable"), age,
            ] + containers + [selector]
        case "batch/jobs": jobs
        case "batch/cronjobs": [objectName, text("Schedule", "spec", "schedule"), age]
        case "/configmaps": [objectName, dataCount, age]
        case "/secrets": [objectName, text("Type", "type"), dataCount, age]
        case "/services": services
        case "/endpoints": [objectName, endpointAddresses, age]
        case "/namespaces": [objectName, text("Status", "status", "phase"), age]
        case "/nodes": nodes
        case "/serviceaccounts": [objectName, TableColumn("Secrets", type: "integer") { count($0["secrets"]) }, age]
        case "/events": events
        case "/persistentvolumeclaims":
            [
                objectName, text("Status", "status", "phase"), text("Volume", "spec", "volumeName"),
                text("Capacity", "status", "capacity", "storage"), accessModes,
                text("StorageClass", "spec", "storageClassName"), age,
            ]
        case "networking.k8s.io/ingresses": ingresses
        case "networking.k8s.io/ingressclasses": [objectName, text("Controller", "spec", "controller"), age]
        case "storage.k8s.io/storageclasses":
            [
                objectName, text("Provisioner", "provisioner"), text("ReclaimPolicy", "reclaimPolicy"),
                text("VolumeBindingMode", "volumeBindingMode"), age,
            ]
        case "policy/poddisruptionbudgets":
            [
                objectName, text("Min Available", "spec", "minAvailable"),
                text("Max Unavailable", "spec", "maxUnavailable"),
                number("Allowed Disruptions", "status", "disruptionsAllowed"), age,
            ]
        default: [objectName, age]
        }
    }

    private static let pods = [
        objectName,
        TableColumn("Ready") { pod in
            let statuses = pod["status", "containerStatuses"]?.items ?? []
            let total = pod["spec", "containers"]?.items?.count ?? 0
            return .string("\(statuses.count { $0["ready"] == true })/\(total)")
        },
        TableColumn("Status") { .string(podStatus($0)) },
        TableColumn("Restarts") { _ in "0" },
        age, text("IP", wide: true, "status", "podIP"), text("Node", wide: true, "spec", "nodeName"),
        text("Nominated Node", wide: true, "status", "nominatedNodeName"),
        TableColumn("Readiness Gates", wide: true) { _ in "<none>" },
    ]

    private static func podStatus(_ pod: APIValue) -> String {
        if pod.isTerminating { return "Terminating" }
        let state = pod["status", "containerStatuses"]?.items?.first?["state"]
        let reason = state?["waiting", "reason"]?.text ?? state?["terminated", "reason"]?.text
        return reason ?? pod["status", "phase"]?.text ?? "Pending"
    }

    private static let deployments =
        [
            objectName, share("Ready", "readyReplicas", of: ("spec", "replicas")),
            number("Up-to-date", "status", "updatedReplicas"), number("Available", "status", "availableReplicas"), age,
        ] + containers + [selector]

    private static let containers = [
        TableColumn("Containers", wide: true) { .string(joined($0, "name")) },
        TableColumn("Images", wide: true) { .string(joined($0, "image")) },
    ]

    private static func joined(_ object: APIValue, _ key: String) -> String {
        (object["spec", "template", "spec", "containers"]?.items ?? []).compactMap { $0[key]?.text }
            .joined(separator: ",")
    }

    private static let selector = TableColumn("Selector", wide: true) {
        .string(LabelSelector($0["spec", "selector"]).text)
    }

    private static let jobs =
        [
            objectName,
            TableColumn("Status") { job in
                let conditions = (job["status", "conditions"]?.items ?? []).compactMap { $0["type"]?.text }
                return .string(conditions.first { $0 == "Complete" || $0 == "Failed" } ?? "Running")
            },
            share("Completions", "succeeded", of: ("spec", "completions")),
            TableColumn("Duration") { job in
                guard let start = job["status", "startTime"]?.text.flatMap({ APITimestamp.date($0) }) else { return "" }
                guard let end = job["status", "completionTime"]?.text.flatMap({ APITimestamp.date($0) }) else {
                    return .string(TableAge.text(since: job["status", "startTime"]))
                }
                return .string(TableAge.text(seconds: Int(end.timeIntervalSince(start))))
            }, age,
        ] + containers + [selector]

    private static let services = [
        objectName, text("Type", "spec", "type"), text("Cluster-IP", "spec", "clusterIP"),
        TableColumn("External-IP") { .string($0["spec", "externalName"]?.text ?? "<none>") },
        TableColumn("Port(s)") { service in
            let ports = (service["spec", "ports"]?.items ?? []).map {
                "\($0["port"]?.int ?? 0)/\($0["protocol"]?.text ?? "TCP")"
            }
            return .string(ports.isEmpty ? "<none>" : ports.joined(separator: ","))
        }, age,
        TableColumn("Selector", wide: true) { service in
            let pairs = (service["spec", "selector"]?.texts ?? [:]).sorted { $0.key < $1.key }
            return .string(pairs.isEmpty ? "<none>" : pairs.map { "\($0.key)=\($0.value)" }.joined(separator: ","))
        },
    ]

    private static let nodes = [
        objectName, TableColumn("Status") { .string($0.isReadyPod ? "Ready" : "NotReady") },
        TableColumn("Roles") { node in
            let prefix = "node-role.kubernetes.io/"
            let roles = node.labels.keys.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
            return .string(roles.isEmpty ? "<none>" : roles.sorted().joined(separator: ","))
        }, age, text("Version", "status", "nodeInfo", "kubeletVersion"),
    ]

    private static let events = [
        TableColumn("Last Seen") { .string(TableAge.text(since: $0["lastTimestamp"])) }, text("Type", "type"),
        text("Reason", "reason"),
        TableColumn("Object") { event in
            let kind = event["involvedObject", "kind"]?.text ?? ""
            return .string("\(kind.lowercased())/\(event["involvedObject", "name"]?.text ?? "")")
        }, text("Message", "message"),
    ]

    private static let ingresses = [
        objectName, text("Class", "spec", "ingressClassName"),
        TableColumn("Hosts") { ingress in
            let hosts = (ingress["spec", "rules"]?.items ?? []).map { $0["host"]?.text ?? "*" }
            return .string(hosts.isEmpty ? "*" : hosts.joined(separator: ","))
        },
        TableColumn("Address") { ingress in
            let addresses = ingress["status", "loadBalancer", "ingress"]?.items ?? []
            return .string(addresses.compactMap { $0["ip"]?.text ?? $0["hostname"]?.text }.joined(separator: ","))
        },
        TableColumn("Ports") { $0["spec", "tls"]?.isEmpty == false ? "80, 443" : "80" }, age,
    ]

    private static let endpointAddresses = TableColumn("Endpoints") { endpoints in
        let shown = (endpoints["subsets"]?.items ?? []).flatMap { subset in
            (subset["addresses"]?.items ?? []).flatMap { address in
                (subset["ports"]?.items ?? []).map { "\(address["ip"]?.text ?? ""):\($0["port"]?.int ?? 0)" }
            }
        }
        return .string(shown.isEmpty ? "<none>" : shown.joined(separator: ","))
    }

    private static let accessModes = TableColumn("Access Modes") { claim in
        let short = ["ReadWriteOnce": "RWO", "ReadOnlyMany": "ROX", "ReadWriteMany": "RWX", "ReadWriteOncePod": "RWOP"]
        let modes = (claim["spec", "accessModes"]?.items ?? []).compactMap(\.text)
        return .string(modes.map { short[$0] ?? $0 }.joined(separator: ","))
    }

    private static let dataCount = TableColumn("Data", type: "integer") { object in
        .count((object["data"]?.members?.count ?? 0) + (object["binaryData"]?.members?.count ?? 0))
    }

    private static func count(_ list: APIValue?) -> APIValue { .count(list?.items?.count ?? 0) }
}
