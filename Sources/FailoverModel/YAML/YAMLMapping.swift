/// A mapping whose keys were checked.
struct YAMLMapping {
    var place: SourcePlace
    /// In the order of the file, without duplicates.
    var entries: [YAMLNode.Entry]
    /// What messages call it: `a step`.
    var name: String

    subscript(key: String) -> YAMLNode? { entries.first { $0.key == key }?.value }

    func keyPlace(_ key: String) -> SourcePlace { entries.first { $0.key == key }?.keyPlace ?? place }

    /// The value of a key that must be there; `example` is a line that would be right.
    func required(_ key: String, example: String, _ problems: inout Diagnostics) -> YAMLNode? {
        if let value = self[key] { return value }
        problems.add("\(name) has no \"\(key)\"", at: place, fix: "Add a line like \"\(example)\".")
        return nil
    }
}

extension YAMLNode {
    /// The node as a mapping with known keys; every unknown one is reported with what was probably meant.
    func mapping(called name: String, keys: [String], _ problems: inout Diagnostics) -> YAMLMapping? {
        guard let mapping = mapping(called: name, &problems) else { return nil }
        for entry in mapping.entries where !keys.contains(entry.key) {
            problems.add(
                "unknown key \(quote(entry.key)) in \(name)", at: entry.keyPlace,
                fix: Suggestion.fix(for: entry.key, among: keys, these: "keys here"))
        }
        return mapping
    }

    /// The node as a mapping with names of the writer's choosing as keys.
    func mapping(called name: String, _ problems: inout Diagnostics) -> YAMLMapping? {
        guard case .mapping(let entries) = content else {
            problems.add(
                "\(name) is a mapping, and this is \(found)", at: place,
                fix: "Write lines of the form \"key: value\" below it, indented by two spaces.")
            return nil
        }
        return YAMLMapping(place: place, entries: entries, name: name)
    }

    /// The node as a list; the elements are not looked at.
    func list(called name: String, example: String, _ problems: inout Diagnostics) -> [YAMLNode]? {
        guard case .sequence(let items) = content else {
            problems.add("\(name) is a list, and this is \(found)", at: place, fix: "Write it like \"\(example)\".")
            return nil
        }
        return items
    }
}
