extension TopologyDecoder {
    /// What each driver takes, besides `driver`, `binaries`, `data` and `rebuild`.
    private static let ownKeys = [
        "pg_ctl": ["program", "log", "options"], "pg_ctlcluster": ["program", "cluster"],
        "statefulset": ["name", "namespace", "container", "configuration"],
        "programs": ["run", "status", "stop", "start", "environment", "configuration"],
    ]

    /// `databaseHost:` of a cluster at a site: how its server is worked on from its own host.
    mutating func databaseHost(_ node: YAMLNode, of cluster: String, site: String) -> DatabaseHost? {
        let common = ["driver", "binaries", "data", "rebuild"]
        let keys = common + Set(Self.ownKeys.values.flatMap(\.self)).sorted()
        let called = "\"databaseHost\" of \(quote(cluster))"
        guard let fields = node.mapping(called: called, keys: keys, &problems) else { return nil }
        let name = fields.required("driver", example: "driver: pg_ctl", &problems)?.text(
            "driver", example: "driver: pg_ctl", rule: "pg_ctl, pg_ctlcluster, statefulset or programs", &problems,
            where: { Self.ownKeys[$0] != nil })
        let own = name.flatMap { Self.ownKeys[$0] } ?? keys
        for entry in fields.entries where keys.contains(entry.key) && !(common + own).contains(entry.key) {
            problems.add(
                "\(quote(entry.key)) means nothing for the driver \(name ?? "")", at: entry.keyPlace,
                fix: "Remove it, or change the driver.")
        }
        let driver = name.flatMap { databaseHostDriver($0, fields, called: "\(called) at \(site)", site: site) }
        let example = "program: [ssh, -o, BatchMode=yes, postgres@db.dc1.example.org]"
        let program = fields["program"].flatMap { words("program", $0, example: example) }
        // An image has its programs in PATH.
        let mayLackBinaries = name == "statefulset" && fields["binaries"] == nil
        let binaries =
            mayLackBinaries ? "" : farPath("binaries", fields, example: "binaries: /usr/lib/postgresql/15/bin")
        let data = farPath("data", fields, example: "data: /var/lib/postgresql/15/main")
        let log = fields["log"] == nil ? nil : farPath("log", fields, example: "log: /var/log/postgresql/main.log")
        let configuration =
            fields["configuration"] == nil
            ? nil : farPath("configuration", fields, example: "configuration: /etc/postgresql/postgresql.conf")
        guard let driver, let binaries, let data else { return nil }
        return DatabaseHost(
            driver: driver, program: program ?? [], binaries: binaries, data: data, log: log,
            options: serverOptions(fields), mayRebuild: mayRebuild(fields), configuration: configuration)
    }

    private mutating func databaseHostDriver(
        _ name: String, _ fields: YAMLMapping, called: String, site: String
    ) -> DatabaseHost.Driver? {
        switch name {
        case "pg_ctlcluster": return pgCtlCluster(fields)
        case "statefulset":
            if !sitesWithKubernetes.contains(site) {
                problems.add(
                    "\(called) is a StatefulSet, and \(site) has no \"kubernetes\"", at: fields.keyPlace("driver"),
                    fix: "Add \"kubernetes:\" to \(site).")
            }
            guard let set = objectName("name", fields.required("name", example: "name: postgres", &problems)) else {
                return nil
            }
            return .statefulSet(
                .init(
                    name: set, namespace: objectName("namespace", fields["namespace"]),
                    container: objectName("container", fields["container"])))
        case "programs":
            var found: [String: [String]] = [:]
            for key in ["run", "status", "stop", "start"] {
                let example = "\(key): [/usr/local/sbin/database, \(key), dc1]"
                found[key] = fields.required(key, example: example, &problems)
                    .flatMap { words(key, $0, example: example) }
            }
            guard let run = found["run"], let status = found["status"], let stop = found["stop"],
                let start = found["start"]
            else { return nil }
            return .programs(
                .init(run: run, status: status, stop: stop, start: start, environment: variableNames(fields)))
        default: return .pgCtl
        }
    }

    private mutating func pgCtlCluster(_ fields: YAMLMapping) -> DatabaseHost.Driver? {
        let example = "cluster: 15/main"
        let text = fields.required("cluster", example: example, &problems)?.text(
            "cluster", example: example, rule: "a version and a name, as pg_lsclusters shows them", &problems,
            where: { text in
                let parts = text.split(separator: "/", omittingEmptySubsequences: false)
                return parts.count == 2 && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy(Self.isPlain) }
            })
        guard let parts = text?.split(separator: "/").map(String.init) else { return nil }
        return .pgCtlCluster(version: parts[0], name: parts[1])
    }

    /// A whole path on the database's own host: it says what is emptied and moved there, so nothing in it is left to chance.
    mutating func farPath(_ key: String, _ fields: YAMLMapping, example: String) -> String? {
        fields.required(key, example: example, &problems)?.text(
            key, example: example, rule: "a whole path, without \"..\" and without a slash at its end", &problems,
            where: { path in
                path.hasPrefix("/") && path.count > 1 && !path.hasSuffix("/")
                    && !path.split(separator: "/").contains("..") && !path.contains("//")
                    && path.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
            })
    }

    mutating func serverOptions(_ fields: YAMLMapping) -> [String] {
        let example = "options: [port=5433]"
        return (fields["options"]?.list(called: "\"options\"", example: example, &problems) ?? []).compactMap {
            $0.text(
                "options", example: example, rule: "of the form name=value, without spaces or quotation marks",
                &problems,
                where: { text in
                    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                    let name = parts[0]
                    return parts.count == 2 && !name.isEmpty
                        && name.allSatisfy { $0 == "_" || $0 == "." || Self.isPlain($0) }
                        && text.unicodeScalars.allSatisfy { $0.value > 0x20 && !"\\'\"`$".unicodeScalars.contains($0) }
                })
        }
    }

    private mutating func mayRebuild(_ fields: YAMLMapping) -> Bool {
        fields["rebuild"]?.text(
            "rebuild", example: "rebuild: allowed", rule: "allowed or ask", &problems,
            where: { ["allowed", "ask"].contains($0) }) == "allowed"
    }

    private static func isPlain(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || "_.-".contains(character))
    }
}
