import FailoverModel
import Foundation
import HandoverTestSupport
import Testing

@testable import Systems

@Suite("Certificates that a site would serve with")
struct CertificateTests {
    private let hosts = ["matrix.ess.test", "call.ess.test"]

    private func plant(
        _ stage: SecretsStage, _ site: String, _ pair: (certificate: String, key: String), hosts: [String]
    ) async throws {
        try await stage.plant(
            site, "ess-tls", ["tls.crt": pair.certificate, "tls.key": pair.key], type: "kubernetes.io/tls")
        try await stage.plantIngress(site, "ess-tls", hosts: hosts)
    }

    private func with(_ body: @Sendable @escaping (SecretsStage) async throws -> Void) async throws {
        try await SecretsStage.with { stage in
            try await stage.plantGenerated("dc1", "dc2")
            try await body(stage)
        }
    }

    private func compare(_ stage: SecretsStage, inDays days: Double = 0) async throws -> SecretsComparison {
        stage.note(try await stage.secrets(inDays: days).compare(reference: "dc1", site: "dc2"))
    }

    private func served(_ found: SecretsComparison) throws -> ServedCertificate {
        try #require(found.differences.first { $0.id.name == "ess-tls" }?.certificate)
    }

    private func verdicts(_ found: SecretsComparison) -> [String] {
        CertificateChecks.results(found, withReference: true).map { "\($0.site) \($0.verdict.rawValue)" }
    }

    @Test(arguments: [["ec", "-pkeyopt", "ec_paramgen_curve:P-384"], ["rsa:2048"], ["ed25519"]])
    func `A right one has its fingerprint, its key, its hosts and its days`(kind: [String]) async throws {
        try await with { stage in
            let pair = try await stage.certificate(["*.ess.test"], key: kind)
            for site in ["dc1", "dc2"] { try await plant(stage, site, pair, hosts: hosts) }
            let found = try await compare(stage)
            let served = try served(found)
            #expect(served.flaw == nil && served.doubt == nil && served.uncoveredHosts == [] && served.daysLeft == 29)
            let file = "\(stage.directory)/one.pem"
            try pair.certificate.write(toFile: file, atomically: true, encoding: .utf8)
            let shown = try await ChildProgram.run(
                "openssl",
                ["x509", "-in", file, "-noout", "-fingerprint", "-sha256", "-enddate", "-dateopt", "iso_8601"])
            #expect(shown.output.contains(try #require(served.fingerprint)))
            #expect(shown.output.contains("notAfter=\(try #require(served.endsAt).description.prefix(10))"))
            #expect(verdicts(found) == ["dc1 ok", "dc2 ok"])
            #expect(SecretsGate(found).mayPass)
        }
    }

    @Test func `A key of another certificate stops a site from being activated until a person answers for it`()
        async throws
    {
        try await with { stage in
            let (own, other) = (try await stage.certificate(hosts), try await stage.certificate(hosts))
            try await plant(stage, "dc1", own, hosts: hosts)
            try await plant(stage, "dc2", (own.certificate, other.key), hosts: hosts)
            let found = try await compare(stage)
            #expect(try served(found).flaw == "its private key is not the certificate's")
            #expect(verdicts(found) == ["dc1 ok", "dc2 failing"])
            let gate = stage.note(SecretsGate(found))
            #expect(gate.verdict == .refused(rule: "certificate-flawed", acceptance: "dc2-certificates-flawed"))
            #expect(gate.sentence.contains("ess-tls (its private key is not the certificate's)"))
            #expect(SecretsGate(found, accepted: ["dc2-certificates-flawed"]).mayPass)
            #expect(try await stage.check().verdict == gate.verdict)
        }
    }

    @Test func `With the old site gone, a flawed certificate is found before the promotion all the same`() async throws
    {
        try await with { stage in
            let (own, other) = (try await stage.certificate(hosts), try await stage.certificate(hosts))
            for site in ["dc1", "dc2"] { try await plant(stage, site, own, hosts: hosts) }
            try stage.takeAway("dc1")
            let later: [String: JSONValue] = ["mayBeUnproven": true]
            #expect(try await stage.check(parameters: later).verdict == .done)
            try await plant(stage, "dc2", (own.certificate, other.key), hosts: hosts)
            let acceptance = "dc2-certificates-flawed"
            let refused = try await stage.check(parameters: later)
            #expect(refused.verdict == .refused(rule: "certificate-flawed", acceptance: acceptance))
            #expect(try await stage.check(accepted: [acceptance], parameters: later).verdict == .done)
        }
    }

    @Test func `The days left are a warning when few, and a refusal when there are none`() async throws {
        try await with { stage in
            let pair = try await stage.certificate(hosts)
            for site in ["dc1", "dc2"] { try await plant(stage, site, pair, hosts: hosts) }
            let near = try await compare(stage, inDays: 20)
            #expect(try served(near).daysLeft == 9 && SecretsGate(near).mayPass)
            #expect(verdicts(near) == ["dc1 warning", "dc2 warning"])
            let past = try await compare(stage, inDays: 31)
            #expect(try served(past).flaw == "it has expired" && !SecretsGate(past).mayPass)
            #expect(verdicts(past) == ["dc1 failing", "dc2 failing"])
            let early = try await compare(stage, inDays: -1)
            #expect(try served(early).flaw?.hasPrefix("it is not valid before ") == true)
        }
    }

    @Test func `A host that it does not name is failing, and keeps nobody from going on`() async throws {
        try await with { stage in
            let pair = try await stage.certificate(["matrix.ess.test", "*.call.ess.test"])
            try await plant(stage, "dc1", pair, hosts: ["matrix.ess.test"])
            try await plant(stage, "dc2", pair, hosts: hosts + ["a.call.ess.test", "a.b.call.ess.test"])
            let found = try await compare(stage)
            #expect(try served(found).uncoveredHosts == ["a.b.call.ess.test", "call.ess.test"])
            #expect(verdicts(found) == ["dc1 ok", "dc2 failing"])
            #expect(SecretsGate(found).mayPass)
        }
    }

    @Test(arguments: [
        ["tls.crt": "no certificate", "tls.key": "no key"], ["tls.crt": "-----BEGIN CERTIFICATE-----\nAAAA"], [:],
        ["tls.crt": "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"],
    ])
    func `What cannot be read is in doubt, and no bytes make it trap`(values: [String: String]) async throws {
        let served = ServedCertificate(
            values.mapValues { SecretBytes(Data($0.utf8)) }, hosts: ["a"], at: Moment(microseconds: 0))
        #expect(served.doubt == "its certificate cannot be read" && served.flaw == nil && served.fingerprint == nil)
        #expect(served.isWrong)
    }

    @Test func `A certificate without a key is refused to users`() async throws {
        try await with { stage in
            let pair = try await stage.certificate(hosts)
            let values = ["tls.crt": SecretBytes(Data(pair.certificate.utf8))]
            let now = Moment(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
            #expect(ServedCertificate(values, hosts: [], at: now).flaw == "it has no private key")
            // As openssl ecparam writes it: the curve first; and what follows the first certificate is its chain.
            let other = try await stage.certificate(hosts)
            let parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
            let both = [
                "tls.crt": SecretBytes(Data((pair.certificate + other.certificate).utf8)),
                "tls.key": SecretBytes(Data((parameters + pair.key).utf8)),
            ]
            let served = stage.note(ServedCertificate(both, hosts: Set(hosts), at: now))
            #expect(!served.isWrong, "\(served)")
        }
    }

    @Test func `status tells them in words and as JSON, and no key is anywhere`() async throws {
        try await SecretsStage.withFiles { stage in
            let pair = try await stage.certificate(hosts)
            try await plant(stage, "dc1", pair, hosts: hosts)
            _ = await stage.call("secrets", "sync", "--from", "dc1", "--to", "dc2", "--yes")
            let other = try await stage.certificate(hosts)
            try await plant(stage, "dc2", (pair.certificate, other.key), hosts: hosts)
            let text = await stage.call("secrets", "status")
            #expect(text.code == 3 && text.output.contains("(29 days); its private key is not the certificate's"))
            let document = await stage.call("secrets", "status", "--json")
            let secret = document.json["secrets"]?.elements?.first { $0["name"]?.text == "ess-tls" }
            #expect(secret?["verdict"]?.text == "differs" && secret?["keys"] == ["tls.key"])
            #expect(secret?["certificate"]?["daysLeft"]?.integer == 29)
            #expect(secret?["certificate"]?["flaw"]?.text == "its private key is not the certificate's")
            #expect(document.json["sites"]?.elements?.first?["mayBeActivated"] == false)
            let others = document.json["secrets"]?.elements?.filter { $0["name"]?.text != "ess-tls" } ?? []
            #expect(!others.isEmpty && others.allSatisfy { $0["certificate"]?.isNull == true })
        }
    }
}
