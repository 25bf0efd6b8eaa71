extension TopologyDecoder {
    /// `alerts:` of the topology itself: hooks by name.
    mutating func alerts(_ node: YAMLNode) -> [AlertHook] {
        guard let hooks = node.mapping(called: "\"alerts\"", &problems) else { return [] }
        return hooks.entries.compactMap { hook($0) }
    }

    private mutating func hook(_ entry: YAMLNode.Entry) -> AlertHook? {
        let keys = ["form", "url", "urlFile", "secretFile", "tell", "room"] + Self.tokenKeys
        guard let fields = entry.value.mapping(called: "the hook \(quote(entry.key))", keys: keys, &problems) else {
            return nil
        }
        let forms = AlertHook.Form.allCases.map(\.rawValue)
        let form = fields.required("form", example: "form: json", &problems)?.text(
            "form", example: "form: json", rule: "one of \(forms.joined(separator: ", "))", &problems,
            where: forms.contains
        ).flatMap(AlertHook.Form.init)
        let secret = path("secretFile", fields, example: "secretFile: secrets/hook")
        let place = form.flatMap { room(fields, entry, $0) }
        let tells = fields["tell"].map { subjects($0) } ?? AlertHook.Subject.allCases
        guard let address = address(fields, entry) else { return nil }
        return AlertHook(
            name: entry.key, form: form ?? .json, url: address, secret: secret.map(SecretReference.file), tells: tells,
            room: place)
    }

    private static let tokenKeys = ["token", "tokenFile", "tokenEnvironment"]

    private mutating func subjects(_ node: YAMLNode) -> [AlertHook.Subject] {
        let (example, words) = ("tell: [checks, runs]", AlertHook.Subject.allCases.map(\.rawValue))
        guard let items = node.list(called: "\"tell\"", example: example, &problems) else { return [] }
        if items.isEmpty {
            problems.add(
                "\"tell\" is empty, so this hook would be told of nothing", at: node.place, fix: "Leave it out.")
        }
        let rule = "a list of \(words.joined(separator: ", "))"
        let found = items.compactMap {
            $0.text("tell", example: example, rule: rule, &problems, where: words.contains).flatMap(
                AlertHook.Subject.init)
        }
        return found.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// What the form `matrix` needs beside the homeserver's address, and no other form takes.
    private mutating func room(
        _ fields: YAMLMapping, _ entry: YAMLNode.Entry, _ form: AlertHook.Form
    ) -> AlertHook.Room? {
        guard form == .matrix else {
            for key in ["room"] + Self.tokenKeys where fields[key] != nil {
                problems.add(
                    "\"\(key)\" is for the form matrix, and the hook \(quote(entry.key)) has the form \(form.rawValue)",
                    at: fields.keyPlace(key), fix: "Take it out, or write \"form: matrix\".")
            }
            return nil
        }
        let example = "room: \"!abcdefg:example.org\""
        let id = fields.required("room", example: example, &problems)?.text(
            "room", example: example,
            rule: "a room's id, which begins with ! (Element shows it under Room settings, Advanced)", &problems,
            where: { text in
                text.hasPrefix("!") && text.count > 1 && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
            })
        let token = secret(
            "token", fields, called: "the hook \(quote(entry.key))", example: "tokenFile: secrets/matrix-token")
        guard let id, let token else { return nil }
        return AlertHook.Room(id: id, token: token)
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
