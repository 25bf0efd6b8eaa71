/// A set of fields of an object, in the shape of `fieldsV1`: a tree of `f:name`, `k:{…}` and `v:…` elements.
struct FieldSet: Sendable, Hashable {
    /// Whether the field at this place itself is in the set, and not only fields below it.
    var isMember = false
    var children: [String: FieldSet] = [:]

    static let leaf = FieldSet(isMember: true)

    var isEmpty: Bool { !isMember && children.isEmpty }

    // MARK: fieldsV1

    init(isMember: Bool = false, children: [String: FieldSet] = [:]) {
        self.isMember = isMember
        self.children = children
    }

    init(fieldsV1 value: APIValue) {
        let members = value.members ?? [:]
        isMember = members.isEmpty || members["."] != nil
        for (element, child) in members where element != "." { children[element] = FieldSet(fieldsV1: child) }
    }

    var fieldsV1: APIValue {
        var members = children.mapValues(\.fieldsV1)
        if isMember, !children.isEmpty { members["."] = .object([:]) }
        return .object(members)
    }

    // MARK: Sets

    func union(_ other: FieldSet) -> FieldSet {
        FieldSet(
            isMember: isMember || other.isMember,
            children: children.merging(other.children) { $0.union($1) })
    }

    func subtracting(_ other: FieldSet) -> FieldSet {
        var result = FieldSet(isMember: isMember && !other.isMember)
        for (element, child) in children {
            let rest = other.children[element].map { child.subtracting($0) } ?? child
            if !rest.isEmpty { result.children[element] = rest }
        }
        return result
    }

    func intersection(_ other: FieldSet) -> FieldSet {
        var result = FieldSet(isMember: isMember && other.isMember)
        for (element, child) in children {
            guard let common = other.children[element]?.intersection(child), !common.isEmpty else { continue }
            result.children[element] = common
        }
        return result
    }

    /// The set without the given fields and everything below them.
    func removing(_ path: [String]) -> FieldSet {
        guard let element = path.first, let child = children[element] else { return self }
        var result = self
        let rest = path.count == 1 ? FieldSet() : child.removing(Array(path.dropFirst()))
        result.children[element] = rest.isEmpty ? nil : rest
        return result
    }

    /// The fields as messages show them: `.spec.replicas`, `.spec.containers[name="web"].image`.
    var fieldNames: [String] {
        children.sorted { $0.key < $1.key }.flatMap { element, child -> [String] in
            let name = Self.shown(element)
            return (child.isMember ? [name] : []) + child.fieldNames.map { name + $0 }
        }
    }

    private static func shown(_ element: String) -> String {
        let body = String(element.dropFirst(2))
        guard element.hasPrefix("k:") else { return element.hasPrefix("v:") ? "[=\(body)]" : ".\(body)" }
        let keys = (try? APIValue(json: Array(body.utf8)))?.members ?? [:]
        let pairs = keys.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.json)" }
        return "[\(pairs.joined(separator: ","))]"
    }
}
