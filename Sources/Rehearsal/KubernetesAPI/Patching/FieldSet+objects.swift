/// The difference of two objects in fields.
struct FieldChanges: Sendable {
    /// Fields that were added or got another value.
    var changed = FieldSet()
    /// Fields that are gone.
    var removed = FieldSet()

    var isEmpty: Bool { changed.isEmpty && removed.isEmpty }
}

extension FieldSet {
    /// The fields that a value sets, as server-side apply counts them.
    init(of value: APIValue, path: [String] = []) {
        switch value {
        case .object(let members) where !members.isEmpty && !ListSchema.isAtomicMap(path):
            self.init()
            for (key, member) in members { children["f:\(key)"] = FieldSet(of: member, path: path + [key]) }
        case .array(let items) where !items.isEmpty && ListSchema.kind(of: path) != .atomic:
            self.init()
            for item in items {
                let element = Self.element(of: item, path: path)
                var child = element.hasPrefix("v:") ? .leaf : FieldSet(of: item, path: path + [ListSchema.itemMark])
                child.isMember = true
                children[element] = child
            }
        case .object, .array, .null, .bool, .integer, .double, .string:
            self = .leaf
        }
    }

    /// What changed between two states of the same object.
    static func changes(from old: APIValue, to new: APIValue, path: [String] = []) -> FieldChanges {
        var changes = FieldChanges()
        if old == new { return changes }
        if let before = old.members, let after = new.members, !ListSchema.isAtomicMap(path),
            !(before.isEmpty || after.isEmpty)
        {
            for key in Set(before.keys).union(after.keys) {
                changes.add(before[key], after[key], element: "f:\(key)", path: path + [key])
            }
        } else if let before = old.items, let after = new.items, ListSchema.kind(of: path) != .atomic {
            let left = byElement(before, path: path)
            let right = byElement(after, path: path)
            for element in Set(left.keys).union(right.keys) {
                let place = path + [ListSchema.itemMark]
                changes.add(left[element], right[element], element: element, path: place)
            }
        } else {
            changes.changed = .leaf
            if old.members != nil || old.items != nil { changes.removed = FieldSet(of: old, path: path) }
            changes.removed = changes.removed.subtracting(changes.changed)
            if new.members != nil || new.items != nil { changes.changed = FieldSet(of: new, path: path) }
        }
        return changes
    }

    static func byElement(_ items: [APIValue], path: [String]) -> [String: APIValue] {
        Dictionary(items.map { (element(of: $0, path: path), $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The path element of a list's item: `k:{"name":"web"}` or `v:"text"`.
    static func element(of item: APIValue, path: [String]) -> String {
        guard case .map(let keys) = ListSchema.kind(of: path) else { return "v:\(item.json)" }
        var identity: [String: APIValue] = [:]
        for key in keys { identity[key] = item[key] ?? (key == "protocol" ? "TCP" : nil) }
        return "k:\(APIValue.object(identity).json)"
    }
}

extension FieldChanges {
    fileprivate mutating func add(_ old: APIValue?, _ new: APIValue?, element: String, path: [String]) {
        let isItem = !element.hasPrefix("f:")
        switch (old, new) {
        case (nil, .some(let new)):
            var fields = element.hasPrefix("v:") ? .leaf : FieldSet(of: new, path: path)
            if isItem { fields.isMember = true }
            changed.children[element] = fields
        case (.some(let old), nil):
            var fields = element.hasPrefix("v:") ? .leaf : FieldSet(of: old, path: path)
            if isItem || old.members != nil { fields.isMember = true }
            removed.children[element] = fields
        case (.some(let old), .some(let new)):
            let below = FieldSet.changes(from: old, to: new, path: path)
            if !below.changed.isEmpty { changed.children[element] = below.changed }
            if !below.removed.isEmpty { removed.children[element] = below.removed }
        case (nil, nil): break
        }
    }
}
