/// The defaults Kubernetes fills in, so that clients see complete objects and comparisons of templates hold.
enum ObjectDefaults {
    /// The object with every default of its kind.
    static func applied(to object: APIValue, type: ResourceType) -> APIValue {
        var object = object
        switch type.storeName {
        case "/pods": object["spec"] = podSpec(object["spec"] ?? .object([:]))
        case "apps/deployments": deployment(&object)
        case "apps/statefulsets": statefulSet(&object)
        case "apps/replicasets":
            object.setDefault(1, at: "spec", "replicas")
            template(&object)
        case "apps/daemonsets":
            object.setDefault(10, at: "spec", "revisionHistoryLimit")
            object.setDefault("RollingUpdate", at: "spec", "updateStrategy", "type")
            template(&object)
        case "batch/jobs": job(&object)
        case "batch/cronjobs":
            object.setDefault("Allow", at: "spec", "concurrencyPolicy")
            object.setDefault(false, at: "spec", "suspend")
            object.setDefault(3, at: "spec", "successfulJobsHistoryLimit")
            object.setDefault(1, at: "spec", "failedJobsHistoryLimit")
        case "/services": service(&object)
        case "/secrets": secret(&object)
        case "networking.k8s.io/networkpolicies":
            let isAboutEgress = object["spec", "egress"]?.items?.isEmpty == false
            object.setDefault(isAboutEgress ? ["Ingress", "Egress"] : ["Ingress"], at: "spec", "policyTypes")
        case "/namespaces":
            object.setDefault(["kubernetes"], at: "spec", "finalizers")
            object.setDefault("Active", at: "status", "phase")
            object["metadata", "labels", "kubernetes.io/metadata.name"] = .string(object.name)
        case "/persistentvolumeclaims":
            object.setDefault("Filesystem", at: "spec", "volumeMode")
            object.setDefault("Pending", at: "status", "phase")
        default: break
        }
        return object
    }

    private static func deployment(_ object: inout APIValue) {
        object.setDefault(1, at: "spec", "replicas")
        object.setDefault(600, at: "spec", "progressDeadlineSeconds")
        object.setDefault(10, at: "spec", "revisionHistoryLimit")
        object.setDefault("RollingUpdate", at: "spec", "strategy", "type")
        if object["spec", "strategy", "type"] == "RollingUpdate" {
            object.setDefault("25%", at: "spec", "strategy", "rollingUpdate", "maxSurge")
            object.setDefault("25%", at: "spec", "strategy", "rollingUpdate", "maxUnavailable")
        }
        template(&object)
    }

    private static func statefulSet(_ object: inout APIValue) {
        object.setDefault(1, at: "spec", "replicas")
        object.setDefault(10, at: "spec", "revisionHistoryLimit")
        object.setDefault("OrderedReady", at: "spec", "podManagementPolicy")
        object.setDefault("RollingUpdate", at: "spec", "updateStrategy", "type")
        if object["spec", "updateStrategy", "type"] == "RollingUpdate" {
            object.setDefault(0, at: "spec", "updateStrategy", "rollingUpdate", "partition")
        }
        object.setDefault("Retain", at: "spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted")
        object.setDefault("Retain", at: "spec", "persistentVolumeClaimRetentionPolicy", "whenScaled")
        template(&object)
    }

    private static func job(_ object: inout APIValue) {
        object.setDefault(1, at: "spec", "parallelism")
        object.setDefault(1, at: "spec", "completions")
        object.setDefault(6, at: "spec", "backoffLimit")
        object.setDefault("NonIndexed", at: "spec", "completionMode")
        object.setDefault(false, at: "spec", "suspend")
        template(&object)
    }

    private static func service(_ object: inout APIValue) {
        object.setDefault("ClusterIP", at: "spec", "type")
        object.setDefault("None", at: "spec", "sessionAffinity")
        object.setDefault("Cluster", at: "spec", "internalTrafficPolicy")
        object.setDefault("SingleStack", at: "spec", "ipFamilyPolicy")
        object.setDefault(["IPv4"], at: "spec", "ipFamilies")
        guard let ports = object["spec", "ports"]?.items else { return }
        object["spec", "ports"] = .array(
            ports.map { port in
                var port = port
                port.setDefault("TCP", at: "protocol")
                if let number = port["port"] { port.setDefault(number, at: "targetPort") }
                return port
            })
    }

    private static func secret(_ object: inout APIValue) {
        object.setDefault("Opaque", at: "type")
        guard let plain = object["stringData"]?.texts else { return }
        for (key, text) in plain { object["data", key] = .string(APIBase64.encoded(text)) }
        object["stringData"] = nil
    }

    private static func template(_ object: inout APIValue) {
        guard let template = object["spec", "template"] else { return }
        var changed = template
        changed["spec"] = podSpec(template["spec"] ?? .object([:]))
        object["spec", "template"] = changed
    }

    private static func podSpec(_ spec: APIValue) -> APIValue {
        var spec = spec
        spec.setDefault("Always", at: "restartPolicy")
        spec.setDefault("ClusterFirst", at: "dnsPolicy")
        spec.setDefault("default-scheduler", at: "schedulerName")
        spec.setDefault(30, at: "terminationGracePeriodSeconds")
        spec.setDefault(.object([:]), at: "securityContext")
        for key in ["containers", "initContainers"] {
            if let containers = spec[key]?.items { spec[key] = .array(containers.map(container)) }
        }
        return spec
    }

    private static func container(_ container: APIValue) -> APIValue {
        var container = container
        let image = container["image"]?.text ?? ""
        let isLatest = !image.contains("@") && (!image.contains(":") || image.hasSuffix(":latest"))
        container.setDefault(isLatest ? "Always" : "IfNotPresent", at: "imagePullPolicy")
        container.setDefault(.object([:]), at: "resources")
        container.setDefault("/dev/termination-log", at: "terminationMessagePath")
        container.setDefault("File", at: "terminationMessagePolicy")
        if let ports = container["ports"]?.items {
            container["ports"] = .array(
                ports.map { port in
                    var port = port
                    port.setDefault("TCP", at: "protocol")
                    return port
                })
        }
        return container
    }
}
