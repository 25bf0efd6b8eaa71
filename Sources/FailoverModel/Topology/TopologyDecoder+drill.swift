extension TopologyDecoder {
    /// `drill:` of a cluster at a site: where its copy goes.
    mutating func drillDatabase(
        _ node: YAMLNode, of cluster: String, _ server: PostgresServer.Connection,
        _ replication: PostgresServer.Replication, _ host: DatabaseHost?
    ) -> DrillDatabase? {
        let keys = [
            "host", "port", "listen", "clients", "roles", "path", "socket", "options", "database", "statements",
        ]
        let called = "\"drill\" of \(quote(cluster))"
        guard let fields = node.mapping(called: called, keys: keys, &problems) else { return nil }
        guard let host else {
            problems.add(
                "\(called) is worked on from the database's host, and the cluster has no \"databaseHost\"",
                at: node.place, fix: "Add \"databaseHost: {driver: pg_ctl, …}\" to it, or remove \"drill\".")
            return nil
        }
        guard !host.isStartedFromOutside else {
            problems.add(
                "\(called) copies databases with pg_ctl or pg_ctlcluster, and the \"databaseHost\" has another driver",
                at: node.place, fix: "Remove \"drill\".")
            return nil
        }
        let port = fields.required("port", example: "port: 5499", &problems) == nil ? nil : self.port(fields)
        if let port, [server.port, replication.port].contains(port) {
            problems.add(
                "\(called) has the port of the database itself", at: fields.keyPlace("port"),
                fix: "Choose a port that nothing on that host uses, like \"port: 5499\".")
        }
        let address = self.host(fields["host"]) ?? server.host
        let clients = networks(fields, key: "clients", example: "clients: [10.0.0.7, 10.42.0.0/16]")
        let drill = DrillDatabase(
            host: address, port: port ?? 0, listen: listen(fields), clients: clients, roles: roles(fields),
            path: drillPath(fields, beside: host), socket: socket(fields), options: drillOptions(fields),
            database: text("database", fields, example: "database: synapse"), statements: statements(fields))
        if !drill.isLocal, clients.isEmpty {
            problems.add(
                "\(called) listens on \(drill.listen.joined(separator: ", ")), and nobody is let in", at: fields.place,
                fix: "Add \"clients: [ADDRESS]\" with the address of this machine as the database's host sees it.")
        }
        return drill
    }

    private mutating func listen(_ fields: YAMLMapping) -> [String]? {
        let example = "listen: [10.2.0.5]"
        return fields["listen"]?.list(called: "\"listen\"", example: example, &problems)?.compactMap {
            $0.text(
                "listen", example: example, rule: "of addresses of the database's host", &problems,
                where: { InternetAddress($0) != nil || $0 == "localhost" })
        }
    }

    private mutating func roles(_ fields: YAMLMapping) -> [String] {
        let example = "roles: [synapse]"
        return (fields["roles"]?.list(called: "\"roles\"", example: example, &problems) ?? []).compactMap {
            $0.text(
                "roles", example: example, rule: "of names of roles, without quotation marks", &problems,
                where: { text in
                    !text.isEmpty && text.utf8.count <= 63
                        && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F && $0 != "\"" }
                })
        }
    }

    /// Neither of the two folders may hold the other: what a drill removes is never near the data.
    private mutating func drillPath(_ fields: YAMLMapping, beside host: DatabaseHost) -> String {
        let usual = "\(host.data).handover-drill"
        guard fields["path"] != nil else { return usual }
        let path = farPath("path", fields, example: "path: \(usual)") ?? usual
        if "\(path)/".hasPrefix("\(host.data)/") || "\(host.data)/".hasPrefix("\(path)/") {
            problems.add(
                "\"path\" and the database's \"data\" are one inside the other", at: fields.keyPlace("path"),
                fix: "Choose a folder apart, like \"path: \(usual)\".")
        }
        return path
    }

    private mutating func socket(_ fields: YAMLMapping) -> String? {
        fields["socket"] == nil ? nil : farPath("socket", fields, example: "socket: /var/run/postgresql")
    }

    private mutating func drillOptions(_ fields: YAMLMapping) -> [String] {
        let options = serverOptions(fields)
        for option in options {
            let name = option.prefix { $0 != "=" }.lowercased()
            guard DrillDatabase.isReserved(name) else { continue }
            problems.add(
                "the option \(quote(name)) is what keeps a drill's copy apart", at: fields.keyPlace("options"),
                fix: "Remove it: options are for the copy's memory and speed, like \"options: [shared_buffers=4GB]\".")
        }
        return options
    }

    /// Each runs in a transaction that can only read, so this is for mistakes.
    private mutating func statements(_ fields: YAMLMapping) -> [String] {
        let example = "statements: [\"SELECT count(*) FROM events WHERE stream_ordering > 1000\"]"
        return (fields["statements"]?.list(called: "\"statements\"", example: example, &problems) ?? []).compactMap {
            $0.text(
                "statements", example: example, rule: "of single statements that begin with SELECT, WITH or TABLE",
                &problems,
                where: { text in
                    let first = text.drop(while: \.isWhitespace).prefix { $0.isLetter }.lowercased()
                    return text.utf8.count <= 10_000 && ["select", "with", "table"].contains(first)
                })
        }
    }

    /// Copies and databases that would want the same port of one host, as far as the addresses tell.
    mutating func checkDrills() {
        var taken = servers.map { "\($0.server.connection.host):\($0.server.connection.port)" }
        for (site, server, place) in servers {
            guard let drill = server.drill, drill.port != server.connection.port else { continue }
            let address = "\(drill.host):\(drill.port)"
            if taken.contains(address) {
                problems.add(
                    "\(address), where \(site) has its copy of \(quote(server.cluster)) for drills, is another server's",
                    at: place, fix: "Give each copy a port of its own.")
            }
            taken.append(address)
        }
    }

    /// `drill:` of a site's `kubernetes`: the release that a drill starts.
    mutating func drillRelease(_ node: YAMLNode, beside release: String, in namespace: String?) -> DrillRelease? {
        let keys = ["release", "namespace", "values", "allow", "hosts", "ingress"]
        guard let fields = node.mapping(called: "\"drill\" of \"kubernetes\"", keys: keys, &problems) else {
            return nil
        }
        let name = kubernetesName(
            "release", fields, most: 53, example: "release: ess-drill", rule: "a name as Helm has them")
        let own = kubernetesName(
            "namespace", fields, most: 63, example: "namespace: ess-drill", rule: "a name as Kubernetes has them")
        let values =
            fields.required("values", example: "values: [values/drill.yaml]", &problems) == nil
            ? nil : paths("values", fields, example: "values: [values/drill.yaml]")
        if name == release {
            problems.add(
                "the drill's release has the name of the real one", at: fields.keyPlace("release"),
                fix: "Give it another, like \"release: \(release)-drill\".")
        }
        if let own, own == "default" || own.hasPrefix("kube-") {
            problems.add(
                "\(quote(own)) is not for drills alone, and a fence is put around all of it",
                at: fields.keyPlace("namespace"), fix: "Make a namespace of its own, like \"namespace: ess-drill\".")
        }
        if let own, own == namespace {
            problems.add(
                "the drill's release is in the namespace of the real one", at: fields.keyPlace("namespace"),
                fix:
                    "Give it a namespace of its own, like \"namespace: \(own)-drill\", so that nothing can be confused."
            )
        }
        let hosts = fields["hosts"].flatMap { self.hosts($0) } ?? .init()
        drillHosts.append((hosts, fields.keyPlace("hosts")))
        guard let name, let own, let values else { return nil }
        return DrillRelease(
            release: name, namespace: own, values: values,
            allow: networks(fields, key: "allow", example: "allow: [10.2.0.5]"), hosts: hosts,
            ingress: fields["ingress"].flatMap {
                hostAndPort("ingress", $0, usualPort: 443, example: "ingress: 203.0.113.10")
            })
    }

    /// A drill's release under a name of the users' would be asked in place of the real one, or the other way round.
    mutating func checkDrillHosts(_ expected: ServiceExpectations?) {
        let users = Set(siteNames.flatMap(\.names) + (expected?.allHosts ?? []))
        for (hosts, place) in drillHosts {
            let taken = ServiceExpectations(hosts: hosts).allHosts.filter(users.contains)
            guard let first = taken.first else { continue }
            problems.add(
                "\(taken.map { quote($0) }.joined(separator: ", ")) \(taken.count == 1 ? "is" : "are") the users', and a drill's "
                    + "release has host names of its own", at: place,
                fix: "Give the drill's values and \"hosts\" others, like \"drill.\(first)\".")
        }
    }

    private mutating func kubernetesName(
        _ key: String, _ fields: YAMLMapping, most: Int, example: String, rule: String
    ) -> String? {
        fields.required(key, example: example, &problems)?.text(
            key, example: example, rule: rule, &problems, where: { Self.isKubernetesName($0, most: most) })
    }
}
