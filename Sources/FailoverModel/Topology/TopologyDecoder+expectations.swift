extension TopologyDecoder {
    /// `service:` of the topology itself: what every site is held to.
    mutating func expectations(_ node: YAMLNode) -> ServiceExpectations? {
        let keys = ["serverName", "hosts", "caCertificate", "latency", "certificateDays", "probe", "checks"]
        guard let fields = node.mapping(called: "\"service\"", keys: keys, &problems) else { return nil }
        let serverName = domainName("serverName", fields["serverName"])
        let hosts = fields["hosts"].flatMap { self.hosts($0) } ?? .init()
        let expected = ServiceExpectations(
            serverName: serverName, hosts: hosts,
            caCertificate: path("caCertificate", fields, example: "caCertificate: certificates/ingress-ca.pem"),
            latencyMilliseconds: latency(fields) ?? 5000, certificateDays: certificateDays(fields) ?? 14,
            probe: fields["probe"].flatMap { probe($0) },
            checks: fields["checks"].map { checks($0) } ?? [])
        if expected.allHosts.isEmpty, expected.checks.isEmpty, fields["serverName"] == nil, fields["hosts"] == nil {
            problems.add(
                "\"service\" expects nothing", at: fields.place,
                fix: "Add \"serverName\", \"hosts\" or \"checks\", or remove \"service\".")
        }
        if fields["probe"] != nil, hosts.synapse == nil {
            problems.add(
                "\"probe\" is a user of Synapse, and \"hosts\" has no \"synapse\"", at: fields.keyPlace("probe"),
                fix: "Add \"hosts: {synapse: matrix.example.org}\".")
        }
        return expected
    }

    mutating func hosts(_ node: YAMLNode) -> ServiceExpectations.Hosts? {
        let keys = ["synapse", "mas", "rtc", "elementWeb", "elementAdmin"]
        guard let fields = node.mapping(called: "\"hosts\"", keys: keys, &problems) else { return nil }
        return .init(
            synapse: domainName("synapse", fields["synapse"]), mas: domainName("mas", fields["mas"]),
            rtc: domainName("rtc", fields["rtc"]), elementWeb: domainName("elementWeb", fields["elementWeb"]),
            elementAdmin: domainName("elementAdmin", fields["elementAdmin"]))
    }

    private mutating func latency(_ fields: YAMLMapping) -> Int64? {
        fields["latency"]?.duration("latency", in: 1...10_000, example: "latency: 2s", &problems)
    }

    private mutating func certificateDays(_ fields: YAMLMapping) -> Int64? {
        fields["certificateDays"]?.integer("certificateDays", in: 0...3650, example: "certificateDays: 14", &problems)
    }

    private mutating func probe(_ node: YAMLNode) -> ServiceExpectations.Probe? {
        let keys = ["user", "accessTokenFile", "accessTokenEnvironment"]
        let secrets = Self.inlineSecrets + ["accessToken", "token"]
        guard let fields = known(node, called: "\"probe\"", keys: keys, secrets: secrets) else { return nil }
        if fields["token"] != nil {
            problems.add(
                "a secret stands in the file", at: fields.keyPlace("token"),
                fix: "Never write it in the file; use \"accessTokenFile: secrets/probe\", and change this token.")
        }
        let example = "user: \"@handover:ess.example.org\""
        let user = fields.required("user", example: example, &problems)?.text(
            "user", example: example, rule: "a Matrix user: @, a name, : and the server name", &problems,
            where: Self.isUser)
        guard let token = secret("accessToken", fields, called: "\"probe\"", example: "accessTokenFile: secrets/probe")
        else { return nil }
        return .init(user: user ?? "", accessToken: token)
    }

    /// The Matrix specification, "User identifiers".
    private static func isUser(_ text: String) -> Bool {
        guard text.hasPrefix("@"), text.utf8.count <= 255, let colon = text.firstIndex(of: ":") else { return false }
        let name = text[text.index(after: text.startIndex)..<colon]
        return !name.isEmpty && text.index(after: colon) < text.endIndex
            && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }

    // MARK: The user's own

    private mutating func checks(_ node: YAMLNode) -> [ServiceQuestion] {
        guard let checks = node.mapping(called: "\"checks\"", &problems) else { return [] }
        return checks.entries.compactMap { entry in
            checkName(entry, what: "check")
            return question(entry)
        }
    }

    private mutating func question(_ entry: YAMLNode.Entry) -> ServiceQuestion? {
        let keys = ["url", "host", "path", "expectedStatus", "json", "latency", "certificateDays"]
        let called = "the check \(quote(entry.key))"
        guard let fields = entry.value.mapping(called: called, keys: keys, &problems) else { return nil }
        var question = ServiceQuestion(name: entry.key, target: "")
        if fields["url"] != nil {
            for key in ["host", "path"] where fields[key] != nil {
                problems.add(
                    "\(called) has \"url\" and \(quote(key))", at: fields.keyPlace(key),
                    fix: "Keep \"url\", which is asked as it stands, or \"host\" and \"path\", for the site's ingress.")
            }
            question.target = url(fields, example: "url: https://push.example.org/health") ?? ""
        } else {
            let host = fields.required("host", example: "host: matrix.example.org", &problems)
            question.host = domainName("host", host) ?? ""
            let example = "path: /health"
            question.target =
                fields.required("path", example: example, &problems)?.text(
                    "path", example: example, rule: "a path that begins with /, without spaces", &problems,
                    where: { $0.hasPrefix("/") && $0.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } }) ?? "/"
        }
        question.expectedStatus = expectedStatus(fields) ?? 200
        question.latencyMilliseconds = latency(fields)
        question.certificateDays = certificateDays(fields)
        question.json = fields["json"].map { values($0, of: called) } ?? []
        return question
    }

    private mutating func values(_ node: YAMLNode, of check: String) -> [ServiceQuestion.Value] {
        guard let fields = node.mapping(called: "\"json\" of \(check)", &problems) else { return [] }
        return fields.entries.map { entry in
            if !entry.key.isEmpty, !entry.key.hasPrefix("/") {
                problems.add(
                    "a JSON pointer begins with /, and this is \(quote(entry.key))", at: entry.keyPlace,
                    fix: "Write the keys from the outermost to the innermost, like \"/m.homeserver/base_url\".")
            }
            return .init(pointer: entry.key, expected: entry.value.json(entry.key, &problems))
        }
    }
}
