import FailoverModel
import Foundation
import HandoverTestSupport
import Rehearsal
import Systems
import Testing

extension FailoverStage {
    struct NotInTime: Error { var what: String }

    func until(_ what: String, _ condition: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(90)
        while try await !condition() {
            guard ContinuousClock.now < deadline else { throw NotInTime(what: what) }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Every row that the writer was told is safe is on dc2, once, and the writer goes on there.
    func expectNothingLost() async throws {
        try await until("the writer is acknowledged by dc2") { stage.acknowledgements().last?.site == "dc2" }
        try await stage.stopWriter()
        let report = try await stage.writerReport()
        #expect(report.primary == "dc2")
        #expect(report.acknowledged > 50)
        #expect(report.lost == [])
        #expect(report.duplicated == [])
    }

    /// Runs SQL at a site by psql, as Handover's own role where no other is named.
    @discardableResult
    func sql(
        _ site: String, _ statement: String, as role: String = "handover", database: String = "postgres"
    ) async throws -> String {
        let server = try #require(topology.site(named: site)?.postgres(cluster: "main"))
        let password = try String(contentsOfFile: stage.directory + "/secrets/\(role)", encoding: .utf8)
        let ending = try await ChildProgram.run(
            "psql",
            [
                "-XqAt", "-h", server.connection.host, "-p", "\(server.connection.port)", "-U", role,
                "-d", database,
            ] + statement.split(separator: ";").flatMap { ["-c", String($0)] },
            environment: ["PGPASSWORD": password.trimmingCharacters(in: .newlines)])
        #expect(ending.code == 0, "\(ending.errors)")
        return ending.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    func kubectl(_ site: String, _ words: String...) async throws -> String {
        let ending = try await ChildProgram.run(
            "kubectl", ["--kubeconfig", stage.directory + "/kube/\(site).yaml", "-n", "ess"] + words)
        #expect(ending.code == 0, "\(ending.errors)")
        return ending.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// What a name leads to, by the rehearsal's name server.
    func address(of name: String) async throws -> String {
        let server = try #require(try topology.dns?.servers.first)
        let ending = try await ChildProgram.run("dig", ["+short", "@\(server.address)", "-p", "\(server.port)", name])
        return ending.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// The keys in a bucket of the rehearsal's object storage, which lets everybody in.
    func objects(in bucket: String) async throws -> [String] {
        let media = try #require(try topology.site(named: "dc1")?.media)
        let answer = try await HTTPClient().send(HTTPRequest(.get, "\(media.url)/\(bucket)?list-type=2"))
        return String(decoding: answer.body, as: UTF8.self).matches(of: /<Key>([^<]*)<\/Key>/).map { String($0.1) }
    }

    /// Where clients find a site's ingress.
    func ingress(_ site: String) throws -> String {
        let url = try #require(try topology.site(named: site)?.service?.url)
        return String(url.split(separator: "/_matrix")[0])
    }

    var topology: Topology {
        get throws {
            try Topology.decode(
                SourceText(
                    file: "topology.yaml", text: try String(contentsOfFile: stage.topologyPath, encoding: .utf8)),
                directory: stage.directory)
        }
    }

    func setting(_ site: String, _ name: String) async throws -> String {
        try await sql(site, "SELECT current_setting('\(name)')")
    }

    /// Every secret of the rehearsal: passwords, and the lines of private keys.
    func secrets() throws -> [String] {
        let folder = stage.directory + "/secrets"
        let passwords = try FileManager.default.contentsOfDirectory(atPath: folder).compactMap { name in
            try? String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8).trimmingCharacters(
                in: .whitespacesAndNewlines)
        }
        let key = try ["client", "server", "ca"].flatMap { name in
            try String(contentsOfFile: stage.directory + "/tls/\(name).key", encoding: .utf8)
                .split(separator: "\n").map(String.init).filter { $0.count > 40 }
        }
        return passwords.flatMap { $0.split(whereSeparator: { $0 == ":" || $0 == "\n" }).map(String.init) }
            .filter { $0.count >= 16 } + key
    }

    /// The values of a cluster's Secrets, as they are and in Base64.
    func secretsOfCluster(_ site: String) async throws -> [String] {
        let template = "{range .items[?(@.type!='helm.sh/release.v1')]}{.data}{'\\n'}{end}"
        let text = try await kubectl(site, "get", "secrets", "-o", "jsonpath=\(template)")
        let encoded = text.matches(of: /:"([A-Za-z0-9+\/=]{16,})"/).map { String($0.output.1) }
        let decoded = encoded.compactMap { Data(base64Encoded: $0) }.map { String(decoding: $0, as: UTF8.self) }
        #expect(!encoded.isEmpty)
        return encoded + decoded.filter { $0.count >= 16 }
    }

    /// None of `secrets` is in the texts, or in any file of the journal and its neighbours, or in a log; and no memory of a
    /// process was written to a file.
    func expectNowhere(_ secrets: [String], in texts: [String]) throws {
        var places = Dictionary(uniqueKeysWithValues: texts.enumerated().map { ("text \($0)", Data($1.utf8)) })
        for file in try FileManager.default.contentsOfDirectory(atPath: folder) where file != "rehearsal" {
            #expect(!file.hasPrefix("core"))
            places[file] = FileManager.default.contents(atPath: "\(folder)/\(file)")
        }
        let logs = stage.directory + "/logs"
        for file in (try? FileManager.default.contentsOfDirectory(atPath: logs)) ?? [] {
            places["logs/\(file)"] = FileManager.default.contents(atPath: "\(logs)/\(file)")
        }
        for secret in secrets {
            for (place, content) in places where content.range(of: Data(secret.utf8)) != nil {
                Issue.record("a secret is in \(place)")
            }
        }
    }
}

/// The command lines of all processes, as `ps` shows them to everybody.
enum ProcessList {
    static func commandLines() -> String {
        let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return processes.filter { Int($0) != nil }.compactMap { process in
            FileManager.default.contents(atPath: "/proc/\(process)/cmdline").map { String(decoding: $0, as: UTF8.self) }
        }.joined(separator: "\n")
    }
}
