extension TopologyDecoder {
    /// `checks:` of the topology itself.
    mutating func readiness(_ node: YAMLNode) -> ReadinessSettings {
        var settings = ReadinessSettings()
        let keys = ["backups", "consistency", "drills", "mediaArriveWithin", "timeLimit"]
        guard let fields = node.mapping(called: "\"checks\"", keys: keys, &problems) else { return settings }
        if let limit = fields["timeLimit"]?
            .duration("timeLimit", in: 1000...600_000, example: "timeLimit: 20s", &problems)
        {
            settings.timeLimitMilliseconds = limit
        }
        if let limit = fields["mediaArriveWithin"]?
            .duration("mediaArriveWithin", in: 100...3_600_000, example: "mediaArriveWithin: 60s", &problems)
        {
            settings.mediaArriveWithinMilliseconds = limit
        }
        settings.backups = clusters(fields["backups"], called: "\"backups\"").compactMap { backup($0) }
        settings.comparisons = clusters(fields["consistency"], called: "\"consistency\"").compactMap { compared($0) }
        settings.oldestDrillMilliseconds = fields["drills"].flatMap { oldestDrill($0) }
        return settings
    }

    private mutating func oldestDrill(_ node: YAMLNode) -> Int64? {
        let example = "oldest: 90d"
        return node.mapping(called: "\"drills\"", keys: ["oldest"], &problems)?
            .required("oldest", example: example, &problems)?
            .duration("oldest", in: 3_600_000...315_360_000_000, example: example, &problems)
    }

    /// Entries by PostgreSQL cluster; one that no site has is an error.
    private mutating func clusters(_ node: YAMLNode?, called name: String) -> [YAMLNode.Entry] {
        let known = servers.map(\.server.cluster)
        return (node?.mapping(called: name, &problems)?.entries ?? []).filter { entry in
            guard !known.contains(entry.key) else { return true }
            problems.add(
                "\(name) names the cluster \(quote(entry.key)), which no site has", at: entry.keyPlace,
                fix: Suggestion.fix(for: entry.key, among: known, these: "clusters"))
            return false
        }
    }

    private mutating func backup(_ entry: YAMLNode.Entry) -> BackupSource? {
        let called = "the backup of \(quote(entry.key))"
        let own = ["pgbackrest": ["program", "stanza"], "archiver": [], "program": ["program"]]
        let keys = ["driver", "oldest", "program", "stanza"]
        guard let fields = entry.value.mapping(called: called, keys: keys, &problems) else { return nil }
        let name = fields.required("driver", example: "driver: pgbackrest", &problems)?.text(
            "driver", example: "driver: pgbackrest", rule: "pgbackrest, archiver or program", &problems,
            where: { own[$0] != nil })
        let oldest = fields.required("oldest", example: "oldest: 26h", &problems)?
            .duration("oldest", in: 60_000...31_536_000_000, example: "oldest: 26h", &problems)
        guard let name, let allowed = own[name] else { return nil }
        for field in fields.entries where ["program", "stanza"].contains(field.key) && !allowed.contains(field.key) {
            problems.add(
                "\(quote(field.key)) means nothing for the driver \(name)", at: field.keyPlace,
                fix: "Remove it, or change the driver.")
        }
        return driver(name, fields).map {
            BackupSource(cluster: entry.key, driver: $0, oldestMilliseconds: oldest ?? 0)
        }
    }

    private mutating func driver(_ name: String, _ fields: YAMLMapping) -> BackupSource.Driver? {
        switch name {
        case "archiver": return .archiver
        case "pgbackrest":
            let example = "program: [ssh, -o, BatchMode=yes, backup.example.org, pgbackrest]"
            let program = fields["program"].flatMap { words("program", $0, example: example) }
            return .pgBackRest(
                program: program ?? ["pgbackrest"],
                stanza: requiredText("stanza", fields, example: "stanza: synapse") ?? "")
        default:
            let example = "program: [/usr/local/bin/newest-backup, synapse]"
            return fields.required("program", example: example, &problems)
                .flatMap { words("program", $0, example: example) }.map { .program($0) }
        }
    }

    private mutating func compared(_ entry: YAMLNode.Entry) -> ComparedTables? {
        let called = "the comparison of \(quote(entry.key))"
        let keys = ["database", "tables", "inEveryCheck"]
        guard let fields = entry.value.mapping(called: called, keys: keys, &problems) else { return nil }
        let example = "tables: [users, events]"
        let items = fields.required("tables", example: example, &problems)?
            .list(called: "\"tables\"", example: example, &problems)
        let tables = (items ?? []).compactMap { $0.text("tables", example: example, &problems) }
        if let items, items.isEmpty {
            problems.add("\(called) names no table", at: entry.keyPlace, fix: "Write it like \"\(example)\".")
        }
        return ComparedTables(
            cluster: entry.key, database: requiredText("database", fields, example: "database: synapse") ?? "",
            tables: tables, inEveryCheck: fields["inEveryCheck"]?.flag("inEveryCheck", &problems) ?? false)
    }
}
