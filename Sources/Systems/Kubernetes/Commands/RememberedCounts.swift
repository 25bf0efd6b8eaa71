import FailoverModel

/// The replica counts that a step found before it changed them, as they are kept in its facts.
struct RememberedCounts: Equatable {
    struct Entry: Equatable {
        var key: WorkloadKey
        var replicas: Int64
        /// What the step set, where it sets counts of its own.
        var intended: Int64?
        var uid: String?
    }

    var entries: [Entry]

    init(_ entries: [Entry]) { self.entries = entries }

    /// `nil` for facts of another kind.
    init?(facts: JSONValue?) {
        guard let list = facts?["workloads"]?.elements else { return nil }
        entries = list.compactMap { item in
            guard let kind = item["kind"]?.text.flatMap(WorkloadKind.init(rawValue:)), let name = item["name"]?.text,
                let replicas = item["replicas"]?.integer
            else { return nil }
            return Entry(
                key: WorkloadKey(kind: kind, name: name), replicas: replicas, intended: item["intended"]?.integer,
                uid: item["uid"]?.text)
        }
    }

    subscript(_ key: WorkloadKey) -> Entry? { entries.first { $0.key == key } }

    func facts(command: String, _ release: ReleaseAtSite) -> JSONValue {
        [
            "command": .string(command),
            "site": .string(release.site),
            "release": .string(release.release.release),
            "namespace": .string(release.client.namespace),
            "workloads": .array(
                entries.map { entry in
                    var fields: [String: JSONValue] = [
                        "kind": .string(entry.key.kind.rawValue), "name": .string(entry.key.name),
                        "replicas": .integer(entry.replicas),
                    ]
                    if let intended = entry.intended { fields["intended"] = .integer(intended) }
                    if let uid = entry.uid { fields["uid"] = .string(uid) }
                    return .object(fields)
                }),
        ]
    }

    /// What was found first stays what is remembered: after a crash half of the workloads are at 0 by our own doing.
    func keeping(_ earlier: RememberedCounts?) -> RememberedCounts {
        guard let earlier else { return self }
        let newer = entries.filter { earlier[$0.key] == nil }
        return RememberedCounts(earlier.entries + newer)
    }
}
