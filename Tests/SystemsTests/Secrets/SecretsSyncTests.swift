import FailoverModel
import Systems
import Testing

@Suite("Syncing secrets")
struct SecretsSyncTests {
    @Test func `only what differs is written, with labels, type and marks, and a second sync writes nothing`()
        async throws
    {
        let scope = SecretScope(names: ["pg-synapse", "pull"], immutableAt: ["dc2"])
        try await SecretsStage.with(scope: scope) { stage in
            try await stage.plantGenerated("dc1")
            try await stage.plant("dc1", "pg-synapse", ["password": SecretsStage.planted + "1", "user": "synapse"])
            try await stage.plant("dc2", "pg-synapse", ["password": SecretsStage.planted + "2", "user": "synapse"])
            for site in ["dc1", "dc2"] {
                try await stage.plant(site, "pull", ["a": SecretsStage.planted + "a"], type: "example.org/a")
            }
            try await stage.plantMarkers("dc1", "delegated_auth")
            let untouched = try await stage.object("dc2", "pull")
            let sources = try await stage.object("dc1", "pg-synapse")
            let plan = try await stage.sync()
            #expect(
                plan.actions.map(\.sentence) == [
                    "create configmap/ess-markers (MATRIX_STACK_MSC3861)",
                    "create ess-generated, immutable (MAS_ENCRYPTION_SECRET, SYNAPSE_MACAROON, SYNAPSE_SIGNING_KEY)",
                    "pg-synapse: set password",
                ])
            let generated = try #require(try await stage.object("dc2", "ess-generated"))
            #expect(generated["immutable"] == true && generated["type"] == "Opaque")
            #expect(generated["metadata"]?["labels"] == ["app.kubernetes.io/managed-by": "matrix-tools-init-secrets"])
            #expect(generated["metadata"]?["annotations"]?["handover/copied-from"] == "dc1")
            #expect(try await stage.value("dc2", "ess-generated", "SYNAPSE_SIGNING_KEY") == SecretsStage.signingKey)
            #expect(try await stage.value("dc2", "pg-synapse", "password") == SecretsStage.planted + "1")
            #expect(try await stage.object("dc2", "pull") == untouched)
            #expect(try await stage.object("dc1", "pg-synapse") == sources)
            #expect(SecretsGate(try await stage.compare()).mayPass)
            let again = try await stage.sync()
            #expect(again.actions.isEmpty && again.refusals.isEmpty && again.remarks.isEmpty)
        }
    }

    @Test func `a signing key is only replaced where that was asked for, and else nothing at all is written`()
        async throws
    {
        try await SecretsStage.with(scope: SecretScope(names: ["pg-synapse"])) { stage in
            let other = "ed25519 1 \(SecretsStage.planted)another-seed"
            try await stage.plantGenerated("dc1")
            try await stage.plantGenerated("dc2", changing: ["SYNAPSE_SIGNING_KEY": other])
            try await stage.plant("dc1", "pg-synapse", ["password": SecretsStage.planted + "1"])
            let refused = try await stage.sync()
            #expect(refused.refusals.map(\.rule) == ["signing-key-would-be-replaced"])
            #expect(try await stage.value("dc2", "ess-generated", "SYNAPSE_SIGNING_KEY") == other)
            #expect(try await stage.object("dc2", "pg-synapse") == nil)
            _ = try await stage.sync(.init(replacesSigningKey: true))
            #expect(try await stage.value("dc2", "ess-generated", "SYNAPSE_SIGNING_KEY") == SecretsStage.signingKey)
        }
    }

    @Test func `a signing key that the chart would rotate is not copied`() async throws {
        try await SecretsStage.with { stage in
            let old = "ed25519 0 \(SecretsStage.planted)old-seed"
            try await stage.plantGenerated("dc1", changing: ["SYNAPSE_SIGNING_KEY": old])
            let plan = try await stage.sync(.init(replacesSigningKey: true, deletesExtra: true, recreates: true))
            #expect(plan.refusals.map(\.rule) == ["signing-key-would-be-rotated"])
            #expect(try await stage.object("dc2", "ess-generated") == nil)
        }
    }

    @Test func `what only the target has stays until it is asked to go`() async throws {
        try await SecretsStage.with { stage in
            try await stage.plantGenerated("dc1")
            try await stage.plantGenerated("dc2", changing: ["EXTRA": SecretsStage.planted + "x"])
            try await stage.plant("dc2", "only-here", ["a": SecretsStage.planted + "a"], generated: true)
            let plan = try await stage.sync()
            #expect(plan.actions.isEmpty && plan.remarks.count == 2)
            #expect(try await stage.object("dc2", "only-here") != nil)
            _ = try await stage.sync(.init(deletesExtra: true))
            #expect(try await stage.object("dc2", "only-here") == nil)
            #expect(try await stage.value("dc2", "ess-generated", "EXTRA") == nil)
            #expect(try await stage.value("dc2", "ess-generated", "SYNAPSE_MACAROON") != nil)
        }
    }

    @Test func `an immutable secret and one of another type are made anew only where that was asked for`() async throws
    {
        try await SecretsStage.with(scope: SecretScope(names: ["pull"])) { stage in
            try await stage.plant("dc1", "ess-generated", ["A": SecretsStage.planted + "new"], generated: true)
            try await stage.plant(
                "dc2", "ess-generated", ["A": SecretsStage.planted + "old"], generated: true, isImmutable: true)
            try await stage.plant("dc1", "pull", ["a": SecretsStage.planted + "a"], type: "example.org/a")
            try await stage.plant("dc2", "pull", ["a": SecretsStage.planted + "a"], type: "example.org/b")
            #expect(try await stage.sync().refusals.map(\.rule) == ["cannot-be-changed", "cannot-be-changed"])
            _ = try await stage.sync(.init(recreates: true))
            #expect(try await stage.value("dc2", "ess-generated", "A") == SecretsStage.planted + "new")
            #expect(try await stage.object("dc2", "ess-generated")?["immutable"] == true)
            #expect(try await stage.object("dc2", "pull")?["type"] == "example.org/a")
            #expect(try await stage.compare().event.verdicts.allSatisfy { $0.verdict == .inSync })
        }
    }

    @Test func `keys that each site has for itself are neither compared nor written`() async throws {
        let scope = SecretScope(names: ["media"], ownKeys: ["media": ["endpoint"]])
        try await SecretsStage.with(scope: scope) { stage in
            try await stage.plantGenerated("dc1", "dc2")
            try await stage.plant("dc1", "media", ["endpoint": "one", "key": SecretsStage.planted + "new"])
            #expect(try await stage.sync().refusals.map(\.rule) == ["own-keys-missing"])
            try await stage.plant("dc2", "media", ["endpoint": "two", "key": SecretsStage.planted + "old"])
            #expect(try await stage.sync().actions.map(\.sentence) == ["media: set key"])
            #expect(try await stage.value("dc2", "media", "endpoint") == "two")
            #expect(try await stage.value("dc2", "media", "key") == SecretsStage.planted + "new")
        }
    }

    @Test func `what somebody changed in the meantime is not overwritten`() async throws {
        try await SecretsStage.with(scope: SecretScope(names: ["pg-synapse", "pg-mas"])) { stage in
            try await stage.plantGenerated("dc1", "dc2")
            for name in ["pg-synapse", "pg-mas"] {
                try await stage.plant("dc1", name, ["password": SecretsStage.planted + "1"])
            }
            try await stage.plant("dc2", "pg-mas", ["password": SecretsStage.planted + "2"])
            let sync = try await stage.prepare()
            try await stage.plant("dc2", "pg-mas", ["password": SecretsStage.planted + "3"])
            do {
                try await sync.write(at: Moment(microseconds: 0)) { _ in }
                Issue.record("a change in between was overwritten")
            } catch let fault as Fault {
                #expect(stage.note(fault).kind == .conflict)
            }
            #expect(try await stage.value("dc2", "pg-mas", "password") == SecretsStage.planted + "3")
        }
    }
}
