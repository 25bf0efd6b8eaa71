import FailoverModel
import Foundation
import Testing

@testable import Systems

@Suite("The topology's secrets, and values that must not be told")
struct SecretScopeTests {
    private func topology(_ secrets: String) throws -> Topology {
        let text = """
            name: test
            sites:
              dc1: {kubernetes: {release: ess}}
              dc2: {kubernetes: {release: ess}}
            \(secrets)
            """
        return try Topology.decode(SourceText(file: "t.yaml", text: text), directory: "")
    }

    @Test func `everything that can be written is read, and may be left out`() throws {
        let all = "secrets: {names: [pg-synapse, ess-tls], ownKeys: {media: [endpoint, region]}, immutableAt: [dc2]}"
        #expect(
            try topology(all).secrets
                == SecretScope(
                    names: ["pg-synapse", "ess-tls"], ownKeys: ["media": ["endpoint", "region"]], immutableAt: ["dc2"]))
        #expect(try topology("").secrets == SecretScope())
    }

    @Test(
        arguments: [
            ("secrets: {name: [a]}", "unknown key \"name\""),
            ("secrets: {names: [Not_A_Name]}", "\"names\" is a list of names"),
            ("secrets: {names: pg}", "\"names\" is a list"),
            ("secrets: {ownKeys: {media: endpoint}}", "\"media\" is a list"),
            ("secrets: {immutableAt: [dc9]}", "which is no site of this topology"),
        ])
    func `what is wrong is said with its place`(secrets: String, said: String) {
        do {
            _ = try topology(secrets)
            Issue.record("it was accepted")
        } catch let problems as Diagnostics {
            #expect(problems.description.contains(said))
            #expect(problems.description.contains("t.yaml:5"))
        } catch {
            Issue.record(error)
        }
    }

    @Test func `a value that an API server quotes is taken out of the fault`() {
        let long = String(repeating: "long-secret-", count: 40)
        let object = SecretObject(
            id: SecretID(.secret, "a"), type: "Opaque", labels: [:], annotations: [:], isImmutable: false,
            isGoing: false, values: ["key": SecretBytes(Data(long.utf8)), "pin": SecretBytes(Data("12".utf8))])
        for quoted in [long, Data(long.utf8).base64EncodedString()] {
            let fault = Fault(.rejected, "Invalid value: \(quoted.prefix(60))", at: "dc2", next: "Correct it.")
            #expect(!fault.withholding([object]).what.contains(quoted.prefix(20)))
            #expect(fault.withholding([object]).kind == .rejected)
        }
        let plain = Fault(.rejected, "data is immutable in 12 cases", at: "dc2", next: "Correct it.")
        #expect(plain.withholding([object, nil]) == plain)
        #expect("\(object)\(String(reflecting: object))".contains("long-secret") == false)
    }

    @Test(
        arguments: [
            ("ed25519 0 seed", true, true), ("ed25519 1 seed", true, false), ("ed25519 01 seed", true, false),
            ("ed25519 0", true, true), ("ed25519 a_0 seed", true, false), ("something", false, false),
        ])
    func `a signing key is known by its form, and one of version 0 too`(text: String, isKey: Bool, rotates: Bool) {
        let value = SecretBytes(Data(text.utf8))
        #expect(value.isSigningKey == isKey && value.isSigningKeyToRotate == rotates)
    }

    @Test func `digests of another comparison say nothing, and no two parts run into each other`() {
        let (one, other) = (SecretDigests(), SecretDigests())
        let id = SecretID(.secret, "a")
        let value = SecretBytes(Data("value".utf8))
        #expect(one.areEqual(value, SecretBytes(Data("value".utf8)), of: "key", in: id))
        #expect(one.digest(value, of: "key", in: id) != other.digest(value, of: "key", in: id))
        let shifted = SecretBytes(Data("yvalue".utf8))
        #expect(one.digest(value, of: "key", in: id) != one.digest(shifted, of: "ke", in: id))
    }
}
