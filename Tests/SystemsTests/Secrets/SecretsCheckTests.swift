import FailoverModel
import Systems
import Testing

@Suite("secrets.check")
struct SecretsCheckTests {
    @Test func `equal secrets let the run go on, and the verdicts go into the journal`() async throws {
        try await SecretsStage.with { stage in
            try await stage.plantGenerated("dc1", "dc2")
            let finding = try await stage.check()
            #expect(finding.verdict == .done)
            #expect(finding.sentence == "1 secret of dc2 is proven equal to the same of dc1")
            let verdict = SecretVerdict(name: "ess-generated", verdict: .inSync)
            #expect(finding.comparisons == [SecretsCompared(reference: "dc1", site: "dc2", verdicts: [verdict])])
            #expect(finding.facts["verdicts"] == ["ess-generated": "inSync"])
        }
    }

    @Test func `another signing key stops the run, and nobody can answer for it`() async throws {
        try await SecretsStage.with { stage in
            try await stage.plantGenerated("dc1")
            let other = "ed25519 1 \(SecretsStage.planted)another-seed"
            try await stage.plantGenerated("dc2", changing: ["SYNAPSE_SIGNING_KEY": other])
            let accepted: Set = ["dc2-secrets-unproven", "dc2-secrets-differ", "dc1-has-no-generated-secret"]
            let finding = try await stage.check(accepted: accepted)
            #expect(finding.verdict == .refused(rule: "generated-secret-differs", acceptance: nil))
            #expect(finding.sentence.contains("ess-generated (SYNAPSE_SIGNING_KEY) differs"))
            #expect(finding.sentence.contains("handover secrets sync --from dc1 --to dc2"))
        }
    }

    @Test func `a generated secret without the chart's label stops it too, because the hook would fail`() async throws {
        try await SecretsStage.with { stage in
            try await stage.plant("dc1", "ess-generated", ["A": SecretsStage.planted + "a"], generated: true)
            try await stage.plant("dc2", "ess-generated", ["A": SecretsStage.planted + "a"])
            let finding = try await stage.check()
            #expect(finding.verdict == .refused(rule: "generated-secret-differs", acceptance: nil))
            #expect(finding.sentence.contains("has a wrong label"))
        }
    }

    @Test func `while the other site is away, a named person answers, unless the chart would make up a key`()
        async throws
    {
        try await SecretsStage.with { stage in
            try await stage.plantGenerated("dc1")
            try stage.takeAway("dc1")
            let none = try await stage.check(accepted: ["dc2-secrets-unproven"])
            #expect(none.verdict == .refused(rule: "generated-secret-missing", acceptance: nil))
            try await stage.plantGenerated("dc2")
            let asked = try await stage.check()
            #expect(
                asked.verdict == .refused(rule: "secrets-not-proven-equal", acceptance: "dc2-secrets-unproven"))
            #expect(asked.comparisons.flatMap(\.verdicts).map(\.verdict) == [.unknown])
            let answered = try await stage.check(accepted: ["dc2-secrets-unproven"])
            #expect(answered.verdict == .done && answered.sentence.contains("; a person answers for that"))
            let left = try await stage.check(parameters: ["mayBeUnproven": true])
            #expect(left.verdict == .done)
            #expect(
                left.sentence.hasSuffix("not proven equal to its; the journal has no proof of an earlier day either"))
            try stage.bringBack("dc1")
            try stage.takeAway("dc2")
            await #expect(throws: Fault.self) { try await stage.check() }
        }
    }

    @Test func `what is known to be wrong is never left to a later step`() async throws {
        try await SecretsStage.with { stage in
            try await stage.plantGenerated("dc1")
            try await stage.plantGenerated("dc2", changing: ["SYNAPSE_MACAROON": SecretsStage.planted + "other"])
            let found = try await stage.check(parameters: ["mayBeUnproven": true])
            #expect(found.verdict == .refused(rule: "generated-secret-differs", acceptance: nil))
        }
    }

    @Test func `while the other site is away, what a third one has is told to the person`() async throws {
        try await SecretsStage.with { stage in
            try await stage.plantGenerated("dc1", "dc2")
            let same = try await stage.check(from: "dc3", others: ["dc1"])
            #expect(same.verdict == .refused(rule: "secrets-not-proven-equal", acceptance: "dc2-secrets-unproven"))
            #expect(same.sentence.hasSuffix(". They are those of dc1"))
            try await stage.plantGenerated("dc1", changing: ["SYNAPSE_MACAROON": SecretsStage.planted + "other"])
            let other = try await stage.check(from: "dc3", others: ["dc1"])
            #expect(other.sentence.hasSuffix(". Not those of dc1: ess-generated (SYNAPSE_MACAROON) differs"))
        }
    }

    @Test func `a signing key of version 0 stops it although both sites have the same`() async throws {
        try await SecretsStage.with { stage in
            let old = "ed25519 0 \(SecretsStage.planted)old-seed"
            try await stage.plantGenerated("dc1", "dc2", changing: ["SYNAPSE_SIGNING_KEY": old])
            let finding = try await stage.check()
            #expect(finding.verdict == .refused(rule: "signing-key-would-be-rotated", acceptance: nil))
        }
    }

    @Test func `other secrets that differ, and no generated one at all, are for a person to answer`() async throws {
        try await SecretsStage.with(scope: SecretScope(names: ["pg-synapse"])) { stage in
            let empty = try await stage.check()
            #expect(
                empty.verdict == .refused(rule: "no-generated-secret", acceptance: "dc1-has-no-generated-secret"))
            try await stage.plantGenerated("dc1", "dc2")
            try await stage.plant("dc1", "pg-synapse", ["password": SecretsStage.planted + "1"])
            try await stage.plant("dc2", "pg-synapse", ["password": SecretsStage.planted + "2"])
            let finding = try await stage.check()
            #expect(finding.verdict == .refused(rule: "secrets-differ", acceptance: "dc2-secrets-differ"))
            #expect(finding.sentence.contains("pg-synapse (password) differs"))
            #expect(try await stage.check(accepted: ["dc2-secrets-differ"]).verdict == .done)
        }
    }
}
