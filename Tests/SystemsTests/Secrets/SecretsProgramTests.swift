import FailoverModel
import Systems
import Testing

@Suite("handover secrets")
struct SecretsProgramTests {
    @Test func `status says what is wrong, sync mends it, and the journal keeps the verdicts`() async throws {
        try await SecretsStage.withFiles { stage in
            let before = await stage.call("secrets", "status", "--json")
            #expect(before.code == 3)
            #expect(before.json["reference"]?.text == "dc1")
            let names = before.json["secrets"]?.elements?.compactMap { $0["name"]?.text }
            #expect(names == ["ess-generated", "pg-synapse"])
            #expect(before.verdicts == ["missing", "missing"])

            let shown = await stage.call("secrets", "sync", "--from", "dc1", "--to", "dc2")
            #expect(shown.code == 4 && shown.output.contains("create ess-generated, immutable"))

            let denied = await stage.call("secrets", "sync", "--from", "dc1", "--to", "dc2", typed: ["no"])
            let unwritten = try await stage.object("dc2", "ess-generated")
            #expect(denied.code == 4 && unwritten == nil)

            let written = await stage.call("secrets", "sync", "--from", "dc1", "--to", "dc2", typed: ["yes"])
            #expect(written.code == 0 && written.output.contains("2 changes"))
            #expect(try await stage.value("dc2", "ess-generated", "SYNAPSE_SIGNING_KEY") == SecretsStage.signingKey)

            let status = await stage.call("status", "--json")
            #expect(status.verdicts == ["inSync", "inSync"])
            let again = await stage.call("secrets", "sync", "--from", "dc1", "--to", "dc2", "--yes", "--json")
            #expect(again.code == 0 && again.json["changes"] == [] && again.json["isWritten"] == false)
            #expect(await stage.call("secrets", "status").code == 0)
            let intents = await stage.call("journal", "export").output
            #expect(intents.contains("secrets sync from dc1 to dc2, about to: create ess-generated"))
        }
    }

    @Test func `a site that went away is unknown, and it is said when it was last in sync`() async throws {
        try await SecretsStage.withFiles { stage in
            _ = await stage.call("secrets", "sync", "--from", "dc1", "--to", "dc2", "--yes")
            try stage.takeAway("dc1")
            let status = await stage.call("secrets", "status", "--from", "dc1", "--json")
            #expect(status.code == 3)
            let secrets = try #require(status.json["secrets"]?.elements)
            #expect(status.verdicts == ["unknown", "unknown"])
            #expect(secrets.compactMap { $0["lastInSyncAt"]?.text }.count == 2)
            #expect(status.json["sites"]?.elements?.first?["unreachable"]?["what"]?.text != nil)
            let text = await stage.call("secrets", "status", "--from", "dc1")
            #expect(text.output.contains("last in sync"))
            let sync = await stage.call("secrets", "sync", "--from", "dc1", "--to", "dc2", "--yes")
            #expect(sync.code == 1 && sync.error.contains("dc1"))
        }
    }

    @Test func `a signing key that differs stops a sync and a run before anything is done`() async throws {
        try await SecretsStage.withFiles { stage in
            let other = "ed25519 1 \(SecretsStage.planted)another-seed"
            try await stage.plantGenerated("dc2", changing: ["SYNAPSE_SIGNING_KEY": other])
            let sync = await stage.call("secrets", "sync", "--from", "dc1", "--to", "dc2", "--yes", "--json")
            #expect(sync.code == 3)
            let rules = sync.json["refusals"]?.elements?.compactMap { $0["rule"]?.text }
            #expect(rules == ["signing-key-would-be-replaced"])
            #expect(try await stage.object("dc2", "pg-synapse") == nil)

            try stage.write(
                """
                name: small
                title: Move from {from} to {to}
                phases:
                  - id: activate
                    title: Activate {to}
                    steps:
                      - {id: secrets, title: Check the secrets, command: secrets.check, site: to}
                      - {id: start, title: Start it, command: kubernetes.scale-up, site: to, needs: [secrets]}
                """, to: "small.yaml")
            let run = await stage.call(
                "run", "\(stage.directory)/small.yaml", "--from", "dc1", "--to", "dc2", "--yes", "--json")
            #expect(run.code == 3, "\(run.output) \(run.error)")
            #expect(run.output.contains("generated-secret-differs"))
            #expect(run.output.contains("SYNAPSE_SIGNING_KEY"))
            let status = await stage.call("status", "--json")
            #expect(status.verdicts == ["differs", "missing"])
        }
    }

    @Test func `sites that cannot be compared are bad input`() async throws {
        try await SecretsStage.withFiles { stage in
            let unknown = await stage.call("secrets", "sync", "--from", "dc1", "--to", "dc9", "--yes")
            #expect(unknown.code == 2 && unknown.error.contains("dc9"))
            #expect(await stage.call("secrets", "sync", "--from", "dc1", "--to", "dc1").code == 2)
            #expect(await stage.call("secrets", "status", "--from", "dc9").code == 2)
        }
    }
}

extension SecretsStage {
    /// With a topology file beside the journal, and secrets at dc1 only.
    static func withFiles(_ body: @Sendable @escaping (SecretsStage) async throws -> Void) async throws {
        try await with(scope: SecretScope(names: ["pg-synapse"])) { stage in
            try stage.write(
                """
                name: stage
                sites:
                  dc1: {kubernetes: {kubeconfig: dc1.yaml, release: ess}}
                  dc2: {kubernetes: {kubeconfig: dc2.yaml, release: ess}}
                secrets: {names: [pg-synapse], immutableAt: [dc2]}
                """, to: "topology.yaml")
            try await stage.plantGenerated("dc1")
            try await stage.plant("dc1", "pg-synapse", ["password": planted + "1"])
            try await body(stage)
        }
    }
}
