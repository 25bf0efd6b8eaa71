extension TopologyDecoder {
    /// `alerts:` of the topology itself: hooks by name.
    mutating func alerts(_ node: YAMLNode) -> [AlertHook] {
        guard let hooks = node.mapping(called: "\"alerts\"", &problems) else { return [] }
        return hooks.entries.compactMap { entry in
            let keys = ["form", "url", "urlFile", "secretFile"]
            guard let fields = entry.value.mapping(called: "the hook \(quote(entry.key))", keys: keys, &problems) else {
                return nil
            }
            let forms = AlertHook.Form.allCases.map(\.rawValue)
            let form = fields.required("form", example: "form: json", &problems)?.text(
                "form", example: "form: json", rule: "one of \(forms.joined(separator: ", "))", &problems,
                where: forms.contains)
            let secret = path("secretFile", fields, example: "secretFile: secrets/hook")
            guard let address = address(fields, entry) else { return nil }
            return AlertHook(
                name: entry.key, form: form.flatMap(AlertHook.Form.init) ?? .json, url: address,
                secret: secret.map(SecretReference.file))
        }
    }

    private mutating func address(_ fields: YAMLMapping, _ entry: YAMLNode.Entry) -> AlertHook.Address? {
        if fields["url"] != nil, fields["urlFile"] != nil {
            problems.add(
                "the hook \(quote(entry.key)) has url and urlFile", at: fields.keyPlace("urlFile"),
                fix: "Keep one of them.")
        }
        if let file = path("urlFile", fields, example: "urlFile: secrets/chat-hook") { return .secret(.file(file)) }
        guard fields["url"] != nil else {
            problems.add(
                "the hook \(quote(entry.key)) has no address", at: entry.keyPlace,
                fix: "Add \"url: https://…\", or \"urlFile: secrets/NAME\" where the address is a secret.")
            return nil
        }
        return url(fields, example: "url: https://alerts.example.org/api/v2/alerts").map(AlertHook.Address.plain)
    }
}
