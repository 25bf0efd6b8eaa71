/// Kubernetes' own patch: like a merge patch, but lists of things with a name are merged item by item.
///
/// Knows the directives `$patch` (`delete`, `replace`, `merge`), `$retainKeys`, `$setElementOrder/…` and
/// `$deleteFromPrimitiveList/…`.
enum StrategicMergePatch {
    static func apply(_ patch: APIValue, to live: APIValue) throws(APIFailure) -> APIValue {
        guard patch.members != nil else { throw .badRequest("a strategic merge patch must be an object") }
        return try merge(live, patch, path: [])
    }

    private static func merge(_ live: APIValue, _ patch: APIValue, path: [String]) throws(APIFailure) -> APIValue {
        guard var changes = patch.members else { return patch }
        var result = live.members ?? [:]
        switch changes.removeValue(forKey: "$patch")?.text {
        case "replace": return try merge(.object([:]), .object(changes), path: path)
        case "delete": return .object([:])
        case nil, "merge": break
        case .some(let unknown): throw .badRequest("Unknown patch type found: \(unknown)")
        }
        if let kept = changes.removeValue(forKey: "$retainKeys")?.items {
            let names = Set(kept.compactMap(\.text))
            result = result.filter { names.contains($0.key) }
        }
        for (key, change) in changes where !key.hasPrefix("$") {
            let place = path + [key]
            switch change {
            case .null: result[key] = nil
            case .array(let items):
                result[key] = try list(
                    result[key]?.items ?? [], items, order: changes["$setElementOrder/\(key)"]?.items, path: place)
            case .object: result[key] = try merge(result[key] ?? .object([:]), change, path: place)
            case .bool, .integer, .double, .string: result[key] = change
            }
        }
        try applyListDirectives(changes, to: &result, path: path)
        return .object(result)
    }

    /// Orders and removals of lists that the patch does not otherwise change.
    private static func applyListDirectives(
        _ changes: [String: APIValue], to result: inout [String: APIValue], path: [String]
    ) throws(APIFailure) {
        for (directive, value) in changes where directive.hasPrefix("$deleteFromPrimitiveList/") {
            let key = String(directive.dropFirst("$deleteFromPrimitiveList/".count))
            let gone = Set(value.items ?? [])
            if let items = result[key]?.items { result[key] = .array(items.filter { !gone.contains($0) }) }
        }
        for (directive, order) in changes where directive.hasPrefix("$setElementOrder/") {
            let key = String(directive.dropFirst("$setElementOrder/".count))
            guard changes[key] == nil, let items = result[key]?.items else { continue }
            let mergeKey = ListSchema.strategicKey(of: path + [key])
            result[key] = .array(ordered(items, by: order.items ?? [], key: mergeKey, live: items))
        }
    }

    private static func list(
        _ live: [APIValue], _ patch: [APIValue], order: [APIValue]?, path: [String]
    ) throws(APIFailure) -> APIValue {
        guard let key = ListSchema.strategicKey(of: path) else {
            guard ListSchema.isStrategicSet(path) else { return .array(patch) }
            return .array(ordered(live + patch.filter { !live.contains($0) }, by: order ?? [], key: nil, live: live))
        }
        if patch.contains(where: { $0["$patch"]?.text == "replace" }) {
            return .array(patch.filter { $0["$patch"] == nil })
        }
        var result = live
        for item in patch {
            guard let identity = item[key] else {
                throw .badRequest("map: \(item.json) does not contain declared merge key: \(key)")
            }
            let index = result.firstIndex { $0[key] == identity }
            if item["$patch"]?.text == "delete" {
                if let index { result.remove(at: index) }
            } else if let index {
                result[index] = try merge(result[index], item, path: path + [ListSchema.itemMark])
            } else {
                result.append(try merge(.object([:]), item, path: path + [ListSchema.itemMark]))
            }
        }
        return .array(ordered(result, by: order ?? [], key: key, live: live))
    }

    /// The items in the order asked for; items the order does not name keep their place among the live ones.
    static func ordered(
        _ items: [APIValue], by order: [APIValue], key: String?, live: [APIValue]
    ) -> [APIValue] {
        guard !order.isEmpty else { return items }
        let identity = { (item: APIValue) in key.flatMap { item[$0] } ?? item }
        let wanted = order.map(identity)
        var named = wanted.compactMap { id in items.first { identity($0) == id } }[...]
        var others = items.filter { !wanted.contains(identity($0)) }[...]
        let liveOrder = live.map(identity)
        var result: [APIValue] = []
        while let other = others.first {
            let place = liveOrder.firstIndex(of: identity(other)) ?? Int.max
            if let next = named.first, (liveOrder.firstIndex(of: identity(next)) ?? -1) < place {
                result.append(named.removeFirst())
            } else {
                result.append(others.removeFirst())
            }
        }
        return result + named
    }
}
