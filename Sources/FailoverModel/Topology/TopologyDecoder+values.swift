extension TopologyDecoder {
    mutating func text(_ key: String, _ fields: YAMLMapping, example: String) -> String? {
        fields[key]?.text(key, example: example, &problems)
    }

    mutating func requiredText(_ key: String, _ fields: YAMLMapping, example: String) -> String? {
        fields.required(key, example: example, &problems)?.text(key, example: example, &problems)
    }

    /// A name under the rule of `Identifier`.
    mutating func name(_ key: String, _ fields: YAMLMapping, example: String) -> String? {
        fields.required(key, example: example, &problems)?
            .text(key, example: example, rule: Identifier.rule, &problems, where: Identifier.accepts)
    }

    mutating func port(_ fields: YAMLMapping) -> Int? {
        fields["port"]?.integer("port", in: 1...65_535, example: "port: 5432", &problems).map(Int.init)
    }

    /// A host name, an address, or the folder of a local socket; nothing that could smuggle a second setting in.
    mutating func host(_ node: YAMLNode?) -> String? {
        node?.text(
            "host", example: "host: db.dc1.example.org", rule: "one host name or address", &problems,
            where: { $0.allSatisfy { ($0.isASCII && ($0.isLetter || $0.isNumber)) || ".:-_/%".contains($0) } })
    }

    mutating func sslMode(_ fields: YAMLMapping) -> String? {
        let modes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]
        return fields["sslMode"]?.text(
            "sslMode", example: "sslMode: verify-full", rule: "one of \(modes.joined(separator: ", "))", &problems,
            where: modes.contains)
    }

    /// A path, made relative to the topology file's folder where it is relative.
    mutating func path(_ key: String, _ fields: YAMLMapping, example: String) -> String? {
        fields[key].flatMap { path(key, $0, example: example) }
    }

    /// A list of paths.
    mutating func paths(_ key: String, _ fields: YAMLMapping, example: String) -> [String]? {
        fields[key]?.list(called: "\"\(key)\"", example: example, &problems)?
            .compactMap { path(key, $0, example: example) }
    }

    private mutating func path(_ key: String, _ node: YAMLNode, example: String) -> String? {
        guard let path = node.text(key, example: example, &problems) else { return nil }
        if path.hasPrefix("~") {
            problems.add(
                "\"\(key)\" begins with ~, which only a shell replaces", at: node.place, fix: "Write the whole path.")
        }
        if path.hasPrefix("/") || directory.isEmpty { return path }
        return directory.hasSuffix("/") ? directory + path : directory + "/" + path
    }

    /// Where a password is to be had: at most one of the keys. A password in the file is refused without being repeated.
    mutating func password(_ fields: YAMLMapping, called name: String, mayBeOnServer: Bool) -> SecretReference? {
        for key in Self.inlineSecrets where fields[key] != nil {
            problems.add(
                "a password stands in the file", at: fields.keyPlace(key),
                fix: "Never write it in the file; use \"passwordFile: secrets/NAME\", and change this password.")
        }
        let ways = ["passwordFile", "passwordEnvironment"] + (mayBeOnServer ? ["passwordFileOnServer"] : [])
        let used = ways.filter { fields[$0] != nil }
        if used.count > 1 {
            problems.add(
                "\(name) has \(used.joined(separator: " and "))", at: fields.keyPlace(used[1]), fix: "Keep one of them."
            )
        }
        if let file = path("passwordFile", fields, example: "passwordFile: secrets/dc1") { return .file(file) }
        return variable("passwordEnvironment", fields, example: "DC1_PASSWORD").map(SecretReference.environment)
    }

    /// Where a secret that must be there is to be had: `…File` or `…Environment`. One in the file itself is refused
    /// without being repeated.
    mutating func secret(_ stem: String, _ fields: YAMLMapping, called name: String, example: String)
        -> SecretReference?
    {
        for key in Self.inlineSecrets + [stem] where fields[key] != nil {
            problems.add(
                "a secret stands in the file", at: fields.keyPlace(key),
                fix: "Never write it in the file; use \"\(example)\", and change this secret.")
        }
        let (file, variable) = ("\(stem)File", "\(stem)Environment")
        if fields[file] != nil, fields[variable] != nil {
            problems.add("\(name) has \(file) and \(variable)", at: fields.keyPlace(variable), fix: "Keep one of them.")
        }
        if fields[file] != nil { return path(file, fields, example: example).map(SecretReference.file) }
        if fields[variable] != nil {
            return self.variable(variable, fields, example: "DNS_KEY").map(SecretReference.environment)
        }
        if fields[stem] == nil {
            problems.add(
                "\(name) has no \"\(file)\"", at: fields.place, fix: "Add a line like \"\(example)\".")
        }
        return nil
    }

    static let inlineSecrets = ["password", "passwd", "pass", "passphrase"]

    /// Not shown where it is wrong: it may be the password itself.
    private mutating func variable(_ key: String, _ fields: YAMLMapping, example: String) -> String? {
        guard let node = fields[key] else { return nil }
        if case .scalar(let text, _) = node.content, let first = text.first, !first.isNumber,
            text.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
        {
            return text
        }
        problems.add(
            "\"\(key)\" wants the name of an environment variable, and this is none", at: node.place,
            fix: "Write it like \"\(key): \(example)\".")
        return nil
    }
}
