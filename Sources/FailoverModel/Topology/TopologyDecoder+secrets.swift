extension TopologyDecoder {
    /// `secrets:` of the topology itself; `sites` are the names of its sites.
    mutating func secrets(_ node: YAMLNode, sites: [String]) -> SecretScope {
        let keys = ["names", "ownKeys", "immutableAt"]
        guard let fields = node.mapping(called: "\"secrets\"", keys: keys, &problems) else { return SecretScope() }
        var scope = SecretScope()
        scope.names = list("names", fields, example: "names: [pg-synapse, ess-tls]").compactMap { item in
            item.text(
                "names", example: "names: [pg-synapse, ess-tls]", rule: "a list of names as Kubernetes has them",
                &problems, where: Self.isSecretName)
        }
        for entry in fields["ownKeys"]?.mapping(called: "\"ownKeys\"", &problems)?.entries ?? [] {
            if !Self.isSecretName(entry.key) {
                problems.add(
                    "\(quote(entry.key)) cannot be a Secret's name", at: entry.keyPlace,
                    fix: "Write it as \"kubectl get secrets\" shows it.")
            }
            let example = "\(entry.key): [host]"
            let items = entry.value.list(called: quote(entry.key), example: example, &problems) ?? []
            scope.ownKeys[entry.key] = items.compactMap { $0.text(entry.key, example: example, &problems) }
        }
        for item in list("immutableAt", fields, example: "immutableAt: [dc2]") {
            guard let name = item.text("immutableAt", example: "immutableAt: [dc2]", &problems) else { continue }
            if !sites.contains(name) {
                problems.add(
                    "\"immutableAt\" names \(quote(name)), which is no site of this topology", at: item.place,
                    fix: Suggestion.fix(for: name, among: sites, these: "sites"))
            }
            scope.immutableAt.append(name)
        }
        return scope
    }

    private mutating func list(_ key: String, _ fields: YAMLMapping, example: String) -> [YAMLNode] {
        fields[key]?.list(called: "\"\(key)\"", example: example, &problems) ?? []
    }

    /// RFC 1123: small letters, digits, - and ., with a letter or digit at both ends.
    private static func isSecretName(_ text: String) -> Bool {
        func isAlphanumeric(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) }
        let bytes = Array(text.utf8)
        guard let first = bytes.first, let last = bytes.last, bytes.count <= 253 else { return false }
        return isAlphanumeric(first) && isAlphanumeric(last)
            && bytes.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }
    }
}
