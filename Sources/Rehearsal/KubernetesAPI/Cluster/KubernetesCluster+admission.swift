extension KubernetesCluster {
    /// What the server adds to an object by itself: addresses of Services, and selectors and labels of Jobs.
    func admitted(_ object: APIValue, type: ResourceType, live: APIValue? = nil) -> APIValue {
        var object = object
        switch type.storeName {
        case "/services": admitService(&object, live: live)
        case "batch/jobs": admitJob(&object, live: live)
        default: break
        }
        return object
    }

    private func admitService(_ object: inout APIValue, live: APIValue?) {
        guard object["spec", "type"] != "ExternalName" else { return }
        if let address = live?["spec", "clusterIP"] { object.setDefault(address, at: "spec", "clusterIP") }
        if object["spec", "clusterIP"]?.text?.isEmpty ?? true {
            object["spec", "clusterIP"] = .string(nextIPAddress(prefix: "10.96"))
        }
        if let address = object["spec", "clusterIP"] { object["spec", "clusterIPs"] = [address] }
        if live == nil { object.setDefault(["loadBalancer": .object([:])], at: "status") }
    }

    private func admitJob(_ object: inout APIValue, live: APIValue?) {
        if let live {
            object["spec", "selector"] = live["spec", "selector"]
            for (label, value) in live["spec", "template", "metadata", "labels"]?.texts ?? [:]
            where Self.jobLabels.contains(label) {
                object["spec", "template", "metadata", "labels", label] = .string(value)
            }
            return
        }
        guard object["spec", "manualSelector"] != true else { return }
        let uid = APIValue.string(object.uid)
        for label in Self.jobLabels {
            let value = label.hasSuffix("job-name") ? APIValue.string(object.name) : uid
            object["spec", "template", "metadata", "labels", label] = value
        }
        object["spec", "selector", "matchLabels"] = ["batch.kubernetes.io/controller-uid": uid]
    }

    private static let jobLabels = [
        "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name", "controller-uid", "job-name",
    ]

    /// An address nothing has had before in this cluster.
    func nextIPAddress(prefix: String) -> String {
        nextAddress += 1
        return "\(prefix).\(nextAddress / 250 % 250).\(nextAddress % 250 + 1)"
    }
}
