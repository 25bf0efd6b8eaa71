import FailoverModel
import Foundation
import HandoverTestSupport
import JournalStore
import Rehearsal
import Systems
import Testing

extension FailoverStage {
    /// Every system of the rehearsal as it is now.
    func world() async throws -> WorldPicture {
        let topology = try topology
        let neutral = try neutralWords(topology)
        var picture = WorldPicture()
        for service in try await stage.status().sites {
            picture.facts["\(service.name) ingress"] = service.service.map(String.init) ?? WorldPicture.away
        }
        for site in topology.sites {
            picture.facts.merge(try await databases(site)) { $1 }
            picture.facts.merge(try await objects(of: site)) { $1 }
            picture.facts.merge(try await release(of: site)) { $1 }
        }
        picture.facts.merge(try await names(topology)) { $1 }
        picture.facts.merge(try await media(topology)) { $1 }
        return WorldPicture(facts: picture.facts.mapValues(neutral))
    }

    /// Waits until the world is as it should be, because standbys reconnect and pods go after a command has ended; then
    /// names whatever is not.
    func expectWorld(_ expected: WorldPicture, _ place: String) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while true {
            let differences = try await world().comparable.differences(from: expected.comparable)
            guard !differences.isEmpty, ContinuousClock.now < deadline else {
                #expect(differences == [], "\(place)")
                return
            }
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    /// Waits for a world that stays as it is: two pictures in a row that are the same.
    func settledWorld() async throws -> WorldPicture {
        let deadline = ContinuousClock.now + .seconds(30)
        var last = try await world()
        while true {
            let next = try await world()
            let differences = next.differences(from: last)
            if differences.isEmpty { return next }
            guard ContinuousClock.now < deadline else {
                throw NotInTime(what: "the world is at rest: \(differences.joined(separator: "; "))")
            }
            last = next
        }
    }

    /// Takes out of a text what differs between two rehearsals: the folder, the ports, the names of runs.
    private func neutralWords(_ topology: Topology) throws -> @Sendable (String) -> String {
        var ports: [String: String] = [:]
        for site in topology.sites {
            for server in site.postgres {
                ports["\(server.connection.port)"] = "PORT-\(site.name)-tool"
                ports["\(server.replication.port)"] = "PORT-\(site.name)"
            }
        }
        let runs =
            FileManager.default.fileExists(atPath: journal)
            ? Set(try JournalReader(path: journal).entries(after: 0).map(\.run)).filter { !$0.isEmpty } : []
        let words = [folder: "FOLDER"].merging(runs.map { ($0, "RUN") }) { $1 }.sorted { $0.key.count > $1.key.count }
        return { [ports, words] text in
            let known = words.reduce(text) { $0.replacing($1.key, with: $1.value) }
            return known.replacing(/port=([0-9]+)/) { match in "port=\(ports[String(match.output.1)] ?? "?")" }
        }
    }

    // MARK: PostgreSQL

    /// Facts and what they are, in two columns. From where a primary received when it was a standby means nothing any more,
    /// and depends on whether another standby happened to be ahead of it.
    private static let databaseQuestion = """
        SELECT 'role', CASE WHEN pg_is_in_recovery() THEN 'standby' ELSE 'primary' END
        UNION ALL SELECT 'timeline', (CASE WHEN pg_is_in_recovery()
            THEN (SELECT received_tli FROM pg_stat_wal_receiver)
            ELSE ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int END)::text
        UNION ALL SELECT 'receiver', status FROM pg_stat_wal_receiver
        UNION ALL SELECT 'sender to ' || application_name, state FROM pg_stat_replication
        UNION ALL SELECT 'slot ' || slot_name, slot_type || ', active ' || active FROM pg_replication_slots
        UNION ALL SELECT 'setting ' || name, setting FROM pg_settings
            WHERE (sourcefile LIKE '%auto.conf' OR name IN ('default_transaction_read_only', 'primary_conninfo',
                'primary_slot_name', 'synchronous_standby_names'))
            AND (pg_is_in_recovery() OR name NOT IN ('primary_conninfo', 'primary_slot_name'))
        UNION ALL SELECT 'database ' || datname, datallowconn || ' ' || datconnlimit FROM pg_database
        UNION ALL SELECT 'login ' || rolname, rolcanlogin || ' ' || rolconnlimit FROM pg_roles
            WHERE rolname !~ '^pg_'
        UNION ALL SELECT 'setting of ' || setdatabase || ' ' || setrole, setconfig::text FROM pg_db_role_setting
        """

    /// Of Synapse's tables: how many rows (but for the writer's, which are counted one by one), and where a primary's sequences stand; a standby's run ahead.
    private static let synapseQuestion = """
        SELECT 'sequence ' || sequencename, last_value::text FROM pg_sequences WHERE NOT pg_is_in_recovery()
        UNION ALL SELECT 'rows of ' || relname, (xpath('//c/text()', query_to_xml(
            format('SELECT count(*) AS c FROM %I.%I', nspname, relname), false, true, '')))[1]::text
            FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind = 'r' AND nspname = 'public'
                AND relname <> 'rehearsal_writes'
        """

    private func databases(_ site: Topology.Site) async throws -> [String: String] {
        var facts: [String: String] = [:]
        for server in site.postgres {
            for (database, role, question) in [
                ("postgres", "handover", Self.databaseQuestion), ("synapse", "synapse", Self.synapseQuestion),
            ] {
                let password = try String(contentsOfFile: stage.directory + "/secrets/\(role)", encoding: .utf8)
                let ending = try await ChildProgram.run(
                    "psql",
                    [
                        "-XqAt", "-F", "\t", "-h", server.connection.host, "-p", "\(server.connection.port)", "-U",
                        role, "-d",
                        database, "-c", question,
                    ],
                    environment: [
                        "PGPASSWORD": password.trimmingCharacters(in: .newlines), "PGCONNECT_TIMEOUT": "3",
                    ])
                let name = "\(site.name) \(server.cluster)/\(database)"
                guard ending.code == 0 else {
                    facts[name] = WorldPicture.away
                    continue
                }
                for line in ending.output.split(separator: "\n") {
                    let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
                    let value = columns.dropFirst().joined(separator: " ")
                    // A connection string says the same in any order, with or without quotes.
                    facts["\(name) \(columns[0])"] =
                        columns[0] == "setting primary_conninfo"
                        ? value.replacing("'", with: "").split(separator: " ").sorted().joined(separator: " ") : value
                }
            }
        }
        return facts
    }

    // MARK: Kubernetes

    private static let kinds = [
        "deployments", "statefulsets", "daemonsets", "jobs", "cronjobs", "networkpolicies", "secrets", "configmaps",
        "services", "ingresses", "horizontalpodautoscalers", "poddisruptionbudgets", "persistentvolumeclaims",
    ]

    private func objects(of site: Topology.Site) async throws -> [String: String] {
        let words = ["get", Self.kinds.joined(separator: ","), "-o", "json"]
        let (items, pods) = (
            try await list(site.name, words), try await list(site.name, ["get", "pods", "-o", "json"])
        )
        guard let items, let pods else { return ["\(site.name) Kubernetes": WorldPicture.away] }
        var facts: [String: String] = [:]
        for item in items {
            let (kind, name) = (item["kind"]?.text ?? "", item["metadata"]?["name"]?.text ?? "")
            // Each try of Helm leaves one; what they amount to is asked of Helm.
            guard !name.hasPrefix("sh.helm.release.") else { continue }
            facts["\(site.name) \(kind) \(name)"] = Self.text(of: item, kind)
        }
        let counts = Dictionary(grouping: pods) { pod in
            let labels = pod["metadata"]?["labels"]
            let owner = labels?["app.kubernetes.io/instance"]?.text ?? labels?["app"]?.text ?? "nobody"
            return "\(owner) \(pod["status"]?["phase"]?.text ?? "")"
        }
        facts["\(site.name) pods"] = counts.map { "\($0.key) \($0.value.count)" }.sorted().joined(separator: "; ")
        return facts
    }

    private static func text(of item: JSONValue, _ kind: String) -> String {
        var parts: [String: JSONValue] = item.fields ?? [:]
        let metadata = parts.removeValue(forKey: "metadata")
        let status = parts.removeValue(forKey: "status")
        parts["labels"] = metadata?["labels"]
        parts["annotations"] = metadata?["annotations"]
        // Counted up with every change of the template, back and forth.
        let counter = "deployment.kubernetes.io/revision"
        if var annotations = metadata?["annotations"]?.fields {
            annotations[counter] = nil
            parts["annotations"] = annotations.isEmpty ? nil : .object(annotations)
        }
        if kind == "Job" {
            // Its selector and its pods' label are the Job's own identity.
            parts["spec"] = nil
            parts["succeeded"] = status?["succeeded"]
        }
        for count in ["readyReplicas", "replicas"] { parts[count] = status?[count] }
        let json = String(decoding: (try? JSONValue.object(parts).encoded(at: "world")) ?? Data(), as: UTF8.self)
        switch kind {
        case "NetworkPolicy": return json
        case "Deployment", "StatefulSet":
            let counts =
                "\(item["spec"]?["replicas"]?.integer ?? 0) wanted, \(status?["readyReplicas"]?.integer ?? 0) ready"
            return "\(counts), \(WorldPicture.digest(json))"
        default: return WorldPicture.digest(json)
        }
    }

    private func list(_ site: String, _ words: [String]) async throws -> [JSONValue]? {
        let ending = try await ChildProgram.run(
            "kubectl",
            ["--kubeconfig", stage.directory + "/kube/\(site).yaml", "--request-timeout", "3s", "-n", "ess"] + words)
        guard ending.code == 0 else { return nil }
        return try JSONValue(decoding: Data(ending.output.utf8), at: "world")["items"]?.elements
    }

    // MARK: Helm, names, media

    /// What is deployed, whatever number its revision has: a killed try uses one up, and a rollback makes a new one.
    private func release(of site: Topology.Site) async throws -> [String: String] {
        guard let program = try topology.chart?.program else { return [:] }
        var facts: [String: String] = [:]
        for words in [["get", "values"], ["get", "manifest"], ["status"]] {
            let format = words == ["get", "manifest"] ? [] : ["-o", "json"]
            let ending = try await ChildProgram.run(
                program,
                words + ["ess"] + format + ["-n", "ess", "--kubeconfig", stage.directory + "/kube/\(site.name).yaml"])
            let name = "\(site.name) release \(words.joined(separator: " "))"
            guard ending.code == 0 else {
                facts[name] = WorldPicture.away
                continue
            }
            if words == ["status"] {
                facts[name] = try JSONValue(decoding: Data(ending.output.utf8), at: "world")["info"]?["status"]?.text
            } else {
                facts[name] = WorldPicture.digest(ending.output.trimmingCharacters(in: .whitespacesAndNewlines))
            }
        }
        return facts
    }

    private func names(_ topology: Topology) async throws -> [String: String] {
        guard let server = topology.dns?.servers.first else { return [:] }
        var facts: [String: String] = [:]
        for name in Set(topology.sites.flatMap { $0.dns.map(\.name) }).sorted() {
            let words = ["+noall", "+answer", "+norecurse", "@\(server.address)", "-p", "\(server.port)", name, "ANY"]
            let answer = try await ChildProgram.run("dig", words)
            facts["name \(name)"] =
                answer.code == 0
                ? answer.output.split(separator: "\n").map {
                    $0.split(whereSeparator: \.isWhitespace).joined(separator: " ")
                }
                .sorted().joined(separator: "; ") : WorldPicture.away
        }
        return facts
    }

    private func media(_ topology: Topology) async throws -> [String: String] {
        guard let bucket = topology.sites.compactMap(\.media).first?.bucket else { return [:] }
        return ["media in \(bucket)": try await objects(in: bucket).sorted().joined(separator: " ")]
    }
}
