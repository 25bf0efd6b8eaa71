/// The checks of Kubernetes that a failover or a chart can run into, with its field names and texts.
struct ObjectValidation {
    let type: ResourceType
    private(set) var causes: [APIFailure.Cause] = []

    private init(type: ResourceType) { self.type = type }

    /// Throws `Invalid` (422) with every problem of the object; `old` is its state before an update.
    static func check(_ object: APIValue, type: ResourceType, old: APIValue? = nil) throws(APIFailure) {
        try checkTypes(object, type: type)
        var validation = ObjectValidation(type: type)
        validation.metadata(object)
        switch type.storeName {
        case "/pods": validation.podSpec(object["spec"], at: "spec")
        case "apps/deployments", "apps/statefulsets", "apps/replicasets", "apps/daemonsets":
            validation.workload(object, old: old)
        case "batch/jobs": validation.job(object, old: old)
        case "/secrets", "/configmaps": validation.immutableData(object, old: old)
        case "/services":
            if object["spec", "ports"] == nil, object["spec", "clusterIP"] != "None",
                object["spec", "type"] != "ExternalName"
            {
                validation.add("spec.ports", "FieldValueRequired", "Required value")
            }
        default: break
        }
        if !validation.causes.isEmpty { throw .invalid(type, name: object.name, validation.causes) }
    }

    /// The types of JSON that decoding into Kubernetes' own structures would refuse.
    private static func checkTypes(_ object: APIValue, type: ResourceType) throws(APIFailure) {
        var textMaps = [("metadata.labels", object["metadata", "labels"])]
        textMaps.append(("metadata.annotations", object["metadata", "annotations"]))
        if type.storeName == "/configmaps" { textMaps.append(("data", object["data"])) }
        if type.storeName == "/secrets" { textMaps.append(("data", object["data"])) }
        for (field, map) in textMaps {
            for (key, value) in map?.members ?? [:] where value.text == nil {
                throw .badRequest(
                    "\(type.kind) in version \"\(type.version)\" cannot be handled as a \(type.kind): json: cannot "
                        + "unmarshal into Go struct field .\(field).\(key) of type string")
            }
        }
        if type.storeName == "/secrets" {
            for (key, value) in object["data"]?.texts ?? [:] where APIBase64.decoded(value) == nil {
                throw .badRequest(
                    "Secret in version \"v1\" cannot be handled as a Secret: illegal base64 data in key \"\(key)\"")
            }
        }
        if let replicas = object["spec", "replicas"], !(replicas.int.map { Int32(exactly: $0) != nil } ?? false) {
            throw .badRequest(
                "\(type.kind) in version \"\(type.version)\" cannot be handled as a \(type.kind): json: cannot "
                    + "unmarshal into Go struct field .spec.replicas of type int32")
        }
    }

    private mutating func add(_ field: String, _ reason: String, _ message: String) {
        causes.append(APIFailure.Cause(reason: reason, message: message, field: field))
    }

    private mutating func metadata(_ object: APIValue) {
        let name = object.name
        if name.isEmpty {
            add("metadata.name", "FieldValueRequired", "Required value: name or generateName is required")
        } else if !Self.isSubdomain(name, anyCase: type.group == "rbac.authorization.k8s.io") {
            add(
                "metadata.name", "FieldValueInvalid",
                "Invalid value: \"\(name)\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric "
                    + "characters, '-' or '.', and must start and end with an alphanumeric character")
        }
    }

    private mutating func workload(_ object: APIValue, old: APIValue?) {
        let replicas = object["spec", "replicas"]?.int ?? 0
        if replicas < 0 {
            add(
                "spec.replicas", "FieldValueInvalid",
                "Invalid value: \(replicas): must be greater than or equal to 0")
        }
        let labels = object["spec", "template", "metadata", "labels"] ?? .object([:])
        if object["spec", "selector"]?.isEmpty ?? true {
            add("spec.selector", "FieldValueRequired", "Required value")
        } else if !LabelSelector(object["spec", "selector"]).matches(labels.texts) {
            add(
                "spec.template.metadata.labels", "FieldValueInvalid",
                "Invalid value: \(labels.json): `selector` does not match template `labels`")
        }
        podSpec(object["spec", "template", "spec"], at: "spec.template.spec")
        guard let old else { return }
        if old["spec", "selector"] != object["spec", "selector"] {
            immutable("spec.selector", object["spec", "selector"])
        }
        guard type.storeName == "apps/statefulsets" else { return }
        let fixed = ["serviceName", "podManagementPolicy", "volumeClaimTemplates"]
        if fixed.contains(where: { old["spec", $0] != object["spec", $0] }) {
            add(
                "spec", "FieldValueForbidden",
                "Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "
                    + "'updateStrategy', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden")
        }
    }

    private mutating func job(_ object: APIValue, old: APIValue?) {
        podSpec(object["spec", "template", "spec"], at: "spec.template.spec")
        if object["spec", "template", "spec", "restartPolicy"] == "Always" {
            add(
                "spec.template.spec.restartPolicy", "FieldValueNotSupported",
                "Unsupported value: \"Always\": supported values: \"OnFailure\", \"Never\"")
        }
        if let old, old["spec", "template"] != object["spec", "template"] {
            immutable("spec.template", object["spec", "template"])
        }
    }

    private mutating func immutableData(_ object: APIValue, old: APIValue?) {
        guard let old, old["immutable"] == true else { return }
        if object["immutable"] != true {
            add("immutable", "FieldValueForbidden", "Forbidden: field is immutable when `immutable` is set")
        }
        for field in ["data", "binaryData"] where old[field] != object[field] {
            add(field, "FieldValueForbidden", "Forbidden: field is immutable when `immutable` is set")
        }
    }

    private mutating func immutable(_ field: String, _ value: APIValue?) {
        add(field, "FieldValueInvalid", "Invalid value: \((value ?? .null).json): field is immutable")
    }

    private mutating func podSpec(_ spec: APIValue?, at path: String) {
        let containers = spec?["containers"]?.items ?? []
        if containers.isEmpty { add("\(path).containers", "FieldValueRequired", "Required value") }
        for (index, container) in containers.enumerated() {
            if container["name"]?.text?.isEmpty ?? true {
                add("\(path).containers[\(index)].name", "FieldValueRequired", "Required value")
            }
            if container["image"]?.text?.isEmpty ?? true {
                add("\(path).containers[\(index)].image", "FieldValueRequired", "Required value")
            }
        }
    }

    /// RFC 1123 subdomain; names of RBAC objects may also hold other characters, such as `system:node`.
    private static func isSubdomain(_ name: String, anyCase: Bool) -> Bool {
        if anyCase { return !name.contains("/") && !name.contains("%") && name != "." && name != ".." }
        guard name.utf8.count <= 253 else { return false }
        return name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            !label.isEmpty && !label.hasPrefix("-") && !label.hasSuffix("-")
                && label.utf8.allSatisfy { byte in
                    (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "-")
                }
        }
    }
}
