/// A label selector of a query (`a=b,c!=d,e in (f,g),h,!i`) or of an object's `LabelSelector`.
struct LabelSelector: Sendable, Hashable {
    enum Requirement: Sendable, Hashable {
        case among(String, [String])
        case notAmong(String, [String])
        case exists(String)
        case missing(String)
    }

    var requirements: [Requirement] = []

    func matches(_ labels: [String: String]) -> Bool {
        requirements.allSatisfy { requirement in
            switch requirement {
            case .among(let key, let values): labels[key].map { values.contains($0) } ?? false
            case .notAmong(let key, let values): labels[key].map { !values.contains($0) } ?? true
            case .exists(let key): labels[key] != nil
            case .missing(let key): labels[key] == nil
            }
        }
    }

    /// Reads the text form. An unreadable selector is a bad request, as in Kubernetes.
    init(parsing text: String) throws(APIFailure) {
        for part in Self.split(text) {
            requirements.append(try Self.requirement(part))
        }
    }

    /// Reads `matchLabels` and `matchExpressions`.
    init(_ selector: APIValue?) {
        for (key, value) in (selector?["matchLabels"]?.texts ?? [:]).sorted(by: { $0.key < $1.key }) {
            requirements.append(.among(key, [value]))
        }
        for expression in selector?["matchExpressions"]?.items ?? [] {
            let key = expression["key"]?.text ?? ""
            let values = (expression["values"]?.items ?? []).compactMap(\.text)
            switch expression["operator"]?.text {
            case "In": requirements.append(.among(key, values))
            case "NotIn": requirements.append(.notAmong(key, values))
            case "DoesNotExist": requirements.append(.missing(key))
            default: requirements.append(.exists(key))
            }
        }
    }

    /// The text form, as a Scale shows it.
    var text: String {
        requirements.map { requirement in
            switch requirement {
            case .among(let key, let values) where values.count == 1: "\(key)=\(values[0])"
            case .among(let key, let values): "\(key) in (\(values.joined(separator: ",")))"
            case .notAmong(let key, let values): "\(key) notin (\(values.joined(separator: ",")))"
            case .exists(let key): key
            case .missing(let key): "!\(key)"
            }
        }.joined(separator: ",")
    }

    /// Splits at commas that are not inside parentheses.
    private static func split(_ text: String) -> [String] {
        var parts: [String] = [""]
        var depth = 0
        for character in text {
            if character == "(" { depth += 1 }
            if character == ")" { depth -= 1 }
            if character == ",", depth == 0 { parts.append("") } else { parts[parts.count - 1].append(character) }
        }
        return parts.map { $0.trimmingSpaces }.filter { !$0.isEmpty }
    }

    private static func requirement(_ part: String) throws(APIFailure) -> Requirement {
        if part.hasSuffix(")"), let open = part.firstIndex(of: "(") {
            let words = part[..<open].split(separator: " ")
            let values = part[part.index(after: open)...].dropLast().split(
                separator: ",", omittingEmptySubsequences: false
            )
            .map { String($0).trimmingSpaces }
            if words.count == 2, words[1] == "in" { return .among(String(words[0]), values) }
            if words.count == 2, words[1] == "notin" { return .notAmong(String(words[0]), values) }
        } else if let sign = part.firstIndex(of: "=") {
            let value = String(part[part.index(after: sign)...].drop { $0 == "=" }).trimmingSpaces
            let key = String(part[..<sign]).trimmingSpaces
            if key.hasSuffix("!") { return .notAmong(String(key.dropLast()).trimmingSpaces, [value]) }
            if !key.isEmpty { return .among(key, [value]) }
        } else if !part.contains(" "), !part.contains("(") {
            return part.hasPrefix("!") ? .missing(String(part.dropFirst())) : .exists(part)
        }
        throw .badRequest("unable to parse requirement: found '\(part)', expected: identifier")
    }
}

/// A field selector of a query: `metadata.name=a,status.phase!=Running`.
struct FieldSelector: Sendable {
    var requirements: [(path: [String], value: String, equal: Bool)] = []

    init(parsing text: String, for type: ResourceType) throws(APIFailure) {
        for part in text.split(separator: ",") {
            guard let sign = part.firstIndex(of: "=") else {
                throw .badRequest("invalid field selector: '\(text)'; can't understand '\(part)'")
            }
            var field = String(part[..<sign])
            let equal = !field.hasSuffix("!")
            if !equal { field.removeLast() }
            guard Self.fields(of: type).contains(field) else {
                throw .badRequest(
                    "\"\(field)\" is not a known field selector: only "
                        + Self.fields(of: type).map { "\"\($0)\"" }.joined(separator: ", "))
            }
            let value = String(part[part.index(after: sign)...].drop { $0 == "=" })
            requirements.append((field.split(separator: ".").map(String.init), value, equal))
        }
    }

    func matches(_ object: APIValue) -> Bool {
        requirements.allSatisfy { path, value, equal in
            var found: APIValue? = object
            for key in path { found = found?[key] }
            return ((found?.text ?? "") == value) == equal
        }
    }

    private static func fields(of type: ResourceType) -> [String] {
        let common = ["metadata.name", "metadata.namespace"]
        switch type.storeName {
        case "/pods":
            return common + [
                "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName",
                "status.phase", "status.podIP",
            ]
        case "/secrets": return common + ["type"]
        case "/namespaces": return common + ["status.phase"]
        case "/events":
            return common + ["type", "reason", "reportingComponent", "source"]
                + ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"]
                .map { "involvedObject.\($0)" }
        case "batch/jobs": return common + ["status.successful"]
        case "apps/replicasets": return common + ["status.replicas"]
        default: return common
        }
    }
}

extension String {
    /// The text without spaces at its ends.
    var trimmingSpaces: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
