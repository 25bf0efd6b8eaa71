extension TopologyDecoder {
    mutating func kubernetes(_ node: YAMLNode) -> KubernetesRelease? {
        let keys = [
            "kubeconfig", "context", "namespace", "release", "selector", "replicas", "values", "allowInsecureTLS",
            "drill",
        ]
        guard let fields = node.mapping(called: "\"kubernetes\"", keys: keys, &problems) else { return nil }
        let namespace = fields["namespace"]?.text(
            "namespace", example: "namespace: ess", rule: "a name as Kubernetes has them", &problems,
            where: { Self.isKubernetesName($0, most: 63) })
        let release = fields.required("release", example: "release: ess", &problems)?.text(
            "release", example: "release: ess", rule: "a name as Helm has them", &problems,
            where: { Self.isKubernetesName($0, most: 53) })
        return KubernetesRelease(
            kubeconfig: path("kubeconfig", fields, example: "kubeconfig: kube/dc1.yaml"),
            context: text("context", fields, example: "context: dc1"), namespace: namespace, release: release ?? "",
            selector: text("selector", fields, example: "selector: app.kubernetes.io/instance=ess"),
            replicas: fields["replicas"].map { replicas($0) } ?? [:],
            values: paths("values", fields, example: "values: [values/dc1.yaml]"),
            allowsInsecureTLS: fields["allowInsecureTLS"]?.flag("allowInsecureTLS", &problems) ?? false,
            drill: fields["drill"].flatMap { drillRelease($0, beside: release ?? "", in: namespace) })
    }

    private mutating func replicas(_ node: YAMLNode) -> [String: Int64] {
        var replicas: [String: Int64] = [:]
        for entry in node.mapping(called: "\"replicas\"", &problems)?.entries ?? [] {
            if !Self.isKubernetesName(entry.key, most: 253) {
                problems.add(
                    "\(quote(entry.key)) cannot be a workload's name", at: entry.keyPlace,
                    fix: "Write it as \"kubectl get deployments,statefulsets\" shows it.")
            }
            let example = "\(entry.key): 1"
            replicas[entry.key] = entry.value.integer(entry.key, in: 0...10_000, example: example, &problems)
        }
        return replicas
    }

    mutating func url(_ fields: YAMLMapping, example: String) -> String? {
        guard let node = fields.required("url", example: example, &problems),
            let url = node.text("url", example: example, &problems)
        else { return nil }
        let rest = url.hasPrefix("https://") ? url.dropFirst(8) : url.hasPrefix("http://") ? url.dropFirst(7) : ""
        let authority = rest.prefix { !"/?#".contains($0) }
        if authority.contains("@") {
            // Not shown: it may hold a password.
            problems.add("\"url\" has a user or a password in it", at: node.place, fix: "Write it like \"\(example)\".")
        } else if authority.isEmpty || url.contains(where: { $0.isWhitespace || !$0.isASCII }) {
            problems.add(
                "\"url\" begins with http:// or https:// and a host, and this is \(quote(url))", at: node.place,
                fix: "Write it like \"\(example)\".")
        } else if let port = Self.port(in: authority), !Self.isPort(port) {
            problems.add(
                "\"url\" has the port \(quote(String(port))), and a port is a number from 1 to 65535", at: node.place,
                fix: "Correct it, or leave \":\(port)\" out for the usual one.")
        }
        return url
    }

    /// What stands behind the host and a colon; `nil` where there is no colon. Those of an IPv6 address stand in brackets.
    private static func port(in authority: Substring) -> Substring? {
        let host = authority.lastIndex(of: "]").map(authority.index(after:)) ?? authority.startIndex
        return authority[host...].firstIndex(of: ":").map { authority[authority.index(after: $0)...] }
    }

    private static func isPort(_ text: Substring) -> Bool {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) } && (1...65_535).contains(Int(text) ?? 0)
    }

    /// RFC 1123: small letters, digits, - and ., with a letter or digit at both ends.
    static func isKubernetesName(_ text: String, most: Int) -> Bool {
        func isAlphanumeric(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) }
        let bytes = Array(text.utf8)
        guard let first = bytes.first, let last = bytes.last, bytes.count <= most else { return false }
        return isAlphanumeric(first) && isAlphanumeric(last)
            && bytes.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }
    }
}
