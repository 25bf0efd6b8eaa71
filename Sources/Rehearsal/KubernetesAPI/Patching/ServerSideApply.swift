/// Server-side apply: merges what a manager wants into the live object and keeps count of who owns which field.
///
/// The rules are those of structured-merge-diff: a field another manager owns with another value is a conflict unless
/// forced; a field the manager applied before and no longer mentions goes away unless someone else owns it too.
struct ServerSideApply: Sendable {
    let type: ResourceType
    let writer: FieldWriter
    let force: Bool

    /// The live object after the apply, with its managed fields. `live` is empty for an object that is new.
    func apply(_ configuration: APIValue, to live: APIValue) throws(APIFailure) -> APIValue {
        let wanted = configuration.withoutNulls
        var managed = ManagedFields(of: live)
        let applied = FieldSet(of: ManagedFields.tracked(wanted))
        let previous = managed.entries.first { $0.belongs(to: writer) }?.fields ?? FieldSet()
        let others = managed.entries.filter { !$0.belongs(to: writer) }
        let othersFields = others.reduce(FieldSet()) { $0.union($1.fields) }

        var result = Self.merge(live, wanted, path: [])
        result = result.pruning(
            previous.subtracting(applied).subtracting(othersFields), keeping: applied.union(othersFields))

        let changes = FieldSet.changes(from: ManagedFields.tracked(live), to: ManagedFields.tracked(result))
        let conflicts = others.map { ($0, $0.fields.intersection(changes.changed)) }.filter { !$0.1.isEmpty }
        if !force, !conflicts.isEmpty { throw Self.conflict(conflicts) }
        for index in managed.entries.indices where !managed.entries[index].belongs(to: writer) {
            managed.entries[index].fields = managed.entries[index].fields
                .subtracting(changes.changed).subtracting(changes.removed)
        }
        managed.set(applied, for: writer, apiVersion: wanted["apiVersion"]?.text ?? type.apiVersion)
        result["metadata", "managedFields"] = managed.value
        return result
    }

    private static func merge(_ live: APIValue, _ wanted: APIValue, path: [String]) -> APIValue {
        if let before = live.members, let after = wanted.members, !ListSchema.isAtomicMap(path) {
            var result = before
            for (key, value) in after {
                result[key] = before[key].map { merge($0, value, path: path + [key]) } ?? value
            }
            return .object(result)
        }
        guard let before = live.items, let after = wanted.items, ListSchema.kind(of: path) != .atomic else {
            return wanted
        }
        let place = path + [ListSchema.itemMark]
        let element = { (item: APIValue) in FieldSet.element(of: item, path: path) }
        let merged = before.map { item in
            after.first { element($0) == element(item) }.map { merge(item, $0, path: place) } ?? item
        }
        let added = after.filter { item in !before.contains { element($0) == element(item) } }
        return .array(inOrder(merged + added, of: after, element: element))
    }

    /// The manager's order where every item is the manager's; otherwise the live order with new items last.
    private static func inOrder(
        _ items: [APIValue], of wanted: [APIValue], element: (APIValue) -> String
    ) -> [APIValue] {
        guard items.count == wanted.count else { return items }
        return wanted.compactMap { want in items.first { element($0) == element(want) } }
    }

    private static func conflict(_ conflicts: [(ManagedFields.Entry, FieldSet)]) -> APIFailure {
        var causes: [APIFailure.Cause] = []
        for (entry, fields) in conflicts {
            let subresource = entry.subresource.isEmpty ? "" : " with subresource \"\(entry.subresource)\""
            let using = entry.operation == "Update" ? " using \(entry.apiVersion)" : ""
            for field in fields.fieldNames {
                causes.append(
                    APIFailure.Cause(
                        reason: "FieldManagerConflict",
                        message: "conflict with \"\(entry.manager)\"\(subresource)\(using)", field: field))
            }
        }
        let single = causes.count == 1
        let byManager = Dictionary(grouping: causes) { $0.message.dropFirst("conflict".count) }
        let list = byManager.sorted { $0.key < $1.key }.map { manager, causes in
            single
                ? "conflict\(manager): \(causes[0].field)"
                : "conflicts\(manager):\n" + causes.map { "- \($0.field)" }.joined(separator: "\n")
        }
        return APIFailure(
            code: 409, reason: "Conflict",
            message: "Apply failed with \(causes.count) conflict\(single ? "" : "s"): "
                + list.joined(separator: "\n"),
            causes: causes)
    }
}

extension APIValue {
    /// The value without members that are `null`, as typed decoding drops them.
    var withoutNulls: APIValue {
        switch self {
        case .object(let members):
            .object(members.compactMapValues { $0 == .null ? nil : $0.withoutNulls })
        case .array(let items): .array(items.map(\.withoutNulls))
        case .null, .bool, .integer, .double, .string: self
        }
    }

    /// The value without the given fields; objects and items emptied by that go too, unless they are to be kept.
    func pruning(_ fields: FieldSet, keeping kept: FieldSet, path: [String] = []) -> APIValue {
        switch self {
        case .object(let members) where !ListSchema.isAtomicMap(path):
            var result = members
            for (key, member) in members {
                guard let child = fields.children["f:\(key)"] else { continue }
                let keptBelow = kept.children["f:\(key)"] ?? FieldSet()
                let rest = member.pruning(child, keeping: keptBelow, path: path + [key])
                let isGone = keptBelow.isEmpty && (child.isMember || (rest.isEmpty && !member.isEmpty))
                result[key] = isGone ? nil : rest
            }
            return .object(result)
        case .array(let items) where ListSchema.kind(of: path) != .atomic:
            return .array(
                items.compactMap { item in
                    let element = FieldSet.element(of: item, path: path)
                    guard let child = fields.children[element] else { return item }
                    let keptBelow = kept.children[element] ?? FieldSet()
                    if child.isMember, keptBelow.isEmpty { return nil }
                    return item.pruning(child, keeping: keptBelow, path: path + [ListSchema.itemMark])
                })
        case .object, .array, .null, .bool, .integer, .double, .string:
            return self
        }
    }
}
