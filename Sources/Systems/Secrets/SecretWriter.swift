import FailoverModel
import Foundation

/// Writes one Secret or ConfigMap to a site. Nothing of a value leaves it but in the request itself.
struct SecretWriter {
    let target: SiteSecrets
    /// The site that the values come from, for the annotation.
    let from: String
    let moment: Moment

    func write(_ action: SecretsSyncPlan.Action) async throws(Fault) {
        do throws(Fault) {
            switch action.change {
            case .create: try await create(action)
            case .update(let set, let remove): try await update(action, set: set, remove: remove)
            case .recreate:
                try await delete(action)
                try await create(action)
            case .delete: try await delete(action)
            }
        } catch {
            throw error.withholding([action.source, action.found])
        }
    }

    /// By server-side apply without force: whoever made it in between keeps his fields, and we hear of it.
    private func create(_ action: SecretsSyncPlan.Action) async throws(Fault) {
        guard let source = action.source else { return }
        var values = source.values.filter { !action.ownKeys.contains($0.key) }
        for key in action.ownKeys { values[key] = action.found?.values[key] }
        var manifest: [String: JSONValue] = [
            "apiVersion": "v1", "kind": .string(source.id.kind.rawValue),
            "metadata": [
                "name": .string(source.id.name), "namespace": .string(target.client.namespace),
                "labels": texts(source.labels), "annotations": texts(annotations(source)),
            ],
            "data": .object(values.mapValues { written($0, source.id.kind) }),
        ]
        if !source.type.isEmpty { manifest["type"] = .string(source.type) }
        if action.becomesImmutable { manifest["immutable"] = true }
        _ = try await target.client.apply(path(action), .object(manifest))
    }

    /// By a merge patch that names the version it was decided on: a change in between is a conflict, not lost.
    private func update(_ action: SecretsSyncPlan.Action, set: [String], remove: [String]) async throws(Fault) {
        guard let source = action.source, let found = action.found else { return }
        var data: [String: JSONValue] = [:]
        for key in set { if let value = source.values[key] { data[key] = written(value, source.id.kind) } }
        for key in remove { data[key] = .null }
        var patch: [String: JSONValue] = [
            "metadata": [
                "resourceVersion": JSONValue(found.resourceVersion), "labels": texts(source.labels),
                "annotations": texts(annotations(source)),
            ]
        ]
        if !data.isEmpty { patch["data"] = .object(data) }
        if action.becomesImmutable { patch["immutable"] = true }
        _ = try await target.client.merge(path(action), .object(patch))
    }

    /// Only the very object that was looked at, unchanged since.
    private func delete(_ action: SecretsSyncPlan.Action) async throws(Fault) {
        guard let found = action.found else { return }
        guard let now = try await target.look(action.id) else { return }
        guard now.uid == found.uid, now.resourceVersion == found.resourceVersion else {
            throw Fault(
                .conflict, "somebody else changed it in the meantime", at: target.client.place(path(action)),
                next: "Run the sync again.")
        }
        try await target.client.delete(path(action), uid: found.uid)
        guard try await target.look(action.id) == nil else {
            throw Fault(
                .conflict, "it is deleted, but a finalizer keeps it", at: target.client.place(path(action)),
                next: "Look at its metadata.finalizers, then run the sync again.")
        }
    }

    /// Our marks, in annotations because the chart's hook replaces all labels; and Helm's, where Helm owns it.
    private func annotations(_ source: SecretObject) -> [String: String] {
        var annotations = source.annotations.filter { $0.key.hasPrefix("meta.helm.sh/") }
        annotations["handover/copied-from"] = from
        annotations["handover/copied-at"] = moment.description
        return annotations
    }

    private func path(_ action: SecretsSyncPlan.Action) -> APIPath { target.path(action.id.kind, action.id.name) }

    private func texts(_ map: [String: String]) -> JSONValue { .object(map.mapValues(JSONValue.string)) }

    private func written(_ value: SecretBytes, _ kind: SecretID.Kind) -> JSONValue {
        switch kind {
        case .secret: .string(value.reveal().base64EncodedString())
        case .configMap: .string(String(decoding: value.reveal(), as: UTF8.self))
        }
    }
}

extension Fault {
    /// The same fault, its text replaced where an API server quoted a value of these objects in it.
    func withholding(_ objects: [SecretObject?]) -> Fault {
        let values = objects.compactMap(\.self).flatMap(\.values.values).map { $0.reveal() }
        let isTold = values.contains { value in
            // A fault's text is one line and has an end, so a long value may be there only in part.
            let plain = String(decoding: value, as: UTF8.self).split(whereSeparator: \.isNewline)
            let forms = plain.map { String($0.prefix(24)) } + [String(value.base64EncodedString().prefix(24))]
            return forms.contains { $0.count > 3 && what.contains($0) }
        }
        guard isTold else { return self }
        var fault = self
        fault.what = "the API server does not accept this, and says so in words that hold a secret value"
        return fault
    }
}
