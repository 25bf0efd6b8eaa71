extension TopologyDecoder {
    mutating func postgres(_ node: YAMLNode, site: String) -> [PostgresServer] {
        guard let clusters = node.mapping(called: "\"postgres\"", &problems) else { return [] }
        if clusters.entries.isEmpty {
            problems.add(
                "\"postgres\" has no cluster", at: clusters.place,
                fix: "Add one, such as \"main:\", or remove \"postgres\".")
        }
        return clusters.entries.compactMap { entry in
            checkName(entry, what: "cluster")
            guard let server = server(entry, site: site) else { return nil }
            servers.append((site, server, entry.keyPlace))
            return server
        }
    }

    private mutating func server(_ entry: YAMLNode.Entry, site: String) -> PostgresServer? {
        let keys = [
            "host", "port", "user", "database", "passwordFile", "passwordEnvironment", "sslMode", "sslRootCertificate",
            "replication", "databaseHost", "drill",
        ]
        let called = "the cluster \(quote(entry.key))"
        guard let fields = known(entry.value, called: called, keys: keys + Self.postgresDriverKeys) else { return nil }
        let driver = driver(fields, called: called, site: site)
        let connection = PostgresServer.Connection(
            host: host(fields.required("host", example: "host: db.dc1.example.org", &problems)) ?? "",
            port: port(fields) ?? 5432, user: requiredText("user", fields, example: "user: handover") ?? "",
            database: text("database", fields, example: "database: postgres") ?? "postgres",
            password: password(fields, called: called, mayBeOnServer: false), sslMode: sslMode(fields),
            sslRootCertificate: path("sslRootCertificate", fields, example: "sslRootCertificate: ca.pem"))
        let example = "replication: {user: replicator, passwordFile: secrets/replication}"
        guard let node = fields.required("replication", example: example, &problems),
            let replication = replication(node, site: site, connection, driver?.name ?? .sql)
        else { return nil }
        let host = fields["databaseHost"].flatMap { databaseHost($0, of: entry.key, site: site) }
        return PostgresServer(
            cluster: entry.key, connection: connection, replication: replication, driver: driver ?? .sql,
            databaseHost: host,
            drill: host == nil && fields["databaseHost"] != nil
                ? nil : fields["drill"].flatMap { drillDatabase($0, of: entry.key, connection, replication, host) })
    }

    private mutating func replication(
        _ node: YAMLNode, site: String, _ connection: PostgresServer.Connection, _ driver: PostgresDriver.Name
    ) -> PostgresServer.Replication? {
        let keys = [
            "host", "port", "user", "passwordFile", "passwordEnvironment", "passwordFileOnServer", "sslMode",
            "applicationName", "slot",
        ]
        guard let fields = known(node, called: "\"replication\"", keys: keys) else { return nil }
        checkReplication(fields, driver)
        return PostgresServer.Replication(
            host: host(fields["host"]) ?? connection.host, port: port(fields) ?? connection.port,
            user: driver == .sql ? requiredText("user", fields, example: "user: replicator") ?? "" : "",
            password: password(fields, called: "\"replication\"", mayBeOnServer: true),
            passwordFileOnServer: fields["passwordFileOnServer"]?.text(
                "passwordFileOnServer", example: "passwordFileOnServer: /etc/postgresql/replication.pgpass",
                rule: "a whole path on the standby's host", &problems, where: { $0.hasPrefix("/") }),
            sslMode: sslMode(fields),
            applicationName: fields["applicationName"]?.text(
                "applicationName", example: "applicationName: dc1", rule: "of letters, digits, _, . and -, at most 63",
                &problems, where: { $0.utf8.count <= 63 && $0.allSatisfy(Self.isInApplicationName) }) ?? site,
            slot: fields["slot"]?.text(
                "slot", example: "slot: dc1",
                rule: "of small letters, digits and _, at most 63, as PostgreSQL wants it",
                &problems, where: { $0.utf8.count <= 63 && $0.allSatisfy(Self.isInSlotName) })
                ?? String(site.map { $0 == "-" ? "_" : $0 }))
    }

    /// A mapping with known keys, where a password (or what else `secrets` names) is not an unknown key but a refused one.
    mutating func known(
        _ node: YAMLNode, called name: String, keys: [String], secrets: [String] = []
    ) -> YAMLMapping? {
        guard let all = node.mapping(called: name, &problems) else { return nil }
        for entry in all.entries where !(keys + Self.inlineSecrets + secrets).contains(entry.key) {
            problems.add(
                "unknown key \(quote(entry.key)) in \(name)", at: entry.keyPlace,
                fix: Suggestion.fix(for: entry.key, among: keys, these: "keys here"))
        }
        return all
    }

    private static func isInSlotName(_ character: Character) -> Bool {
        ("a"..."z").contains(character) || ("0"..."9").contains(character) || character == "_"
    }

    private static func isInApplicationName(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || "_.-".contains(character))
    }
}
