import Foundation

/// Who set which fields of an object: `metadata.managedFields`.
struct ManagedFields: Sendable {
    struct Entry: Sendable {
        var manager: String
        var operation: String
        var apiVersion: String
        var subresource: String
        var time: String
        var fields: FieldSet

        func belongs(to writer: FieldWriter) -> Bool {
            manager == writer.manager && operation == writer.operation.rawValue && subresource == writer.subresource
        }
    }

    var entries: [Entry]

    init(of object: APIValue) {
        entries = (object["metadata", "managedFields"]?.items ?? []).map {
            Entry(
                manager: $0["manager"]?.text ?? "", operation: $0["operation"]?.text ?? "Update",
                apiVersion: $0["apiVersion"]?.text ?? "", subresource: $0["subresource"]?.text ?? "",
                time: $0["time"]?.text ?? "", fields: FieldSet(fieldsV1: $0["fieldsV1"] ?? .object([:])))
        }
    }

    /// The entries as the object shows them.
    var value: APIValue {
        .array(
            entries.filter { !$0.fields.isEmpty }.map { entry in
                var value: APIValue = [
                    "manager": .string(entry.manager), "operation": .string(entry.operation),
                    "apiVersion": .string(entry.apiVersion), "time": .string(entry.time), "fieldsType": "FieldsV1",
                    "fieldsV1": entry.fields.fieldsV1,
                ]
                if !entry.subresource.isEmpty { value["subresource"] = .string(entry.subresource) }
                return value
            })
    }

    /// Replaces the writer's entry, or adds one.
    mutating func set(_ fields: FieldSet, for writer: FieldWriter, apiVersion: String) {
        if let index = entries.firstIndex(where: { $0.belongs(to: writer) }) {
            if entries[index].fields != fields { entries[index].time = APITimestamp.now() }
            entries[index].fields = fields
            entries[index].apiVersion = apiVersion
        } else {
            entries.append(
                Entry(
                    manager: writer.manager, operation: writer.operation.rawValue, apiVersion: apiVersion,
                    subresource: writer.subresource, time: APITimestamp.now(), fields: fields))
        }
    }

    /// Records a create, an update or a patch: what it changed now belongs to the writer alone.
    mutating func recordUpdate(from old: APIValue, to new: APIValue, by writer: FieldWriter) {
        let changes = FieldSet.changes(from: Self.tracked(old), to: Self.tracked(new))
        guard !changes.isEmpty else { return }
        let mine = entries.first { $0.belongs(to: writer) }?.fields ?? FieldSet()
        for index in entries.indices where !entries[index].belongs(to: writer) {
            entries[index].fields = entries[index].fields.subtracting(changes.changed).subtracting(changes.removed)
        }
        set(
            mine.subtracting(changes.removed).union(changes.changed), for: writer,
            apiVersion: new["apiVersion"]?.text ?? "")
    }

    /// The object without the fields that nobody manages.
    static func tracked(_ object: APIValue) -> APIValue {
        var object = object
        object["apiVersion"] = nil
        object["kind"] = nil
        for field in unmanaged { object["metadata", field] = nil }
        if object["metadata"]?.isEmpty == true { object["metadata"] = nil }
        return object
    }

    private static let unmanaged = [
        "name", "namespace", "creationTimestamp", "selfLink", "uid", "generation", "managedFields",
        "resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds", "generateName",
    ]
}

/// Who writes, how and to which part: the key of an entry of the managed fields.
struct FieldWriter: Sendable, Hashable {
    enum Operation: String, Sendable {
        case apply = "Apply"
        case update = "Update"
    }

    var manager: String
    var operation: Operation
    /// `status`, `scale`, or empty for the object itself.
    var subresource = ""

    static let controllerStatus = FieldWriter(
        manager: "kube-controller-manager", operation: .update, subresource: "status")
    static let controller = FieldWriter(manager: "kube-controller-manager", operation: .update)
    static let kubelet = FieldWriter(manager: "kubelet", operation: .update, subresource: "status")
}

/// Times as Kubernetes writes them: RFC 3339 in UTC, whole seconds.
enum APITimestamp {
    static func now() -> String { text(Date()) }

    static func text(_ date: Date) -> String { date.formatted(.iso8601) }

    static func date(_ text: String) -> Date? { try? Date(text, strategy: .iso8601) }
}
