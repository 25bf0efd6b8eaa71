import Yams

extension APIValue {
    /// Reads one YAML document the way the Kubernetes API does: dates stay text, and keys become strings.
    init(yaml text: String) throws {
        guard let node = try Yams.compose(yaml: text, Self.resolver) else {
            self = .null
            return
        }
        self.init(node)
    }

    private static let resolver = Resolver.default.removing(.timestamp).removing(.merge).removing(.value)

    private init(_ node: Node) {
        switch node {
        case .mapping(let mapping):
            let members = mapping.map { (key: $0.key.scalar?.string ?? "", value: APIValue($0.value)) }
            self = .object(Dictionary(members.map { ($0.key, $0.value) }, uniquingKeysWith: { _, last in last }))
        case .sequence(let sequence):
            self = .array(sequence.map { APIValue($0) })
        case .scalar:
            self = Self.scalar(node)
        case .alias:
            self = .null
        }
    }

    private static func scalar(_ node: Node) -> APIValue {
        let text = node.scalar?.string ?? ""
        switch node.tag.description {
        case Tag.Name.null.rawValue: return .null
        case Tag.Name.bool.rawValue: return node.bool.map { .bool($0) } ?? .string(text)
        case Tag.Name.int.rawValue: return node.int.map { .integer(Int64($0)) } ?? .string(text)
        case Tag.Name.float.rawValue: return node.float.map { .double($0) } ?? .string(text)
        default: return .string(text)
        }
    }
}
