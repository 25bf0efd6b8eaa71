import FailoverModel
import Foundation
import Testing

@testable import Systems

@Suite("A server's keys")
struct ServerKeysTests {
    /// From the Matrix specification, appendix "Cryptographic Test Vectors": the seed, the public key that belongs to it, and the
    /// signature of `{}`, of the server `domain` under the id `ed25519:1`.
    private static let seed = "YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3XA1"
    private static let signature =
        "K8280/U9SSy9IVtjBuVeLr+HpOB4BQFWbg+UZaADMtTdGYI7Geitb76LTrr5QV/7Xg4ahLwYGYZzuHGZKM5ZAQ"

    @Test func `the public key is derived as the specification's test vector has it`() throws {
        let keys = try #require(ServerKeys(derivedFrom: SecretBytes(Data("ed25519 1 \(Self.seed)\n".utf8))))
        #expect(keys.keys.keys.sorted() == ["ed25519:1"])
        let signed: JSONValue = ["signatures": ["domain": ["ed25519:1": .string(Self.signature)]]]
        #expect(keys.haveSigned(signed, as: "domain"))
        #expect(!keys.haveSigned(signed, as: "other"))
        #expect(!keys.haveSigned(["a": 1, "signatures": signed["signatures"] ?? .null], as: "domain"))
        #expect(keys.keys["ed25519:1"] == "XGX0JRS2Af3be3knz2fBiRbApjm2Dh61gXDJA8kcJNI")
    }

    @Test(arguments: ["", "ed25519", "ed25519 1", "rsa 1 \(seed)", "ed25519 1 c2hvcnQ", "ed25519 1 \(seed) more"])
    func `what is no signing key is none`(text: String) {
        #expect(ServerKeys(derivedFrom: SecretBytes(Data(text.utf8))) == nil)
    }

    @Test func `several keys are all published or none is right, and a fingerprint is no key`() throws {
        let text = "ed25519 1 \(Self.seed)\ned25519 b_2 \(Data(repeating: 7, count: 32).base64EncodedString())\n"
        let keys = try #require(ServerKeys(derivedFrom: SecretBytes(Data(text.utf8))))
        #expect(keys.isPublished(in: keys))
        var fewer = keys
        fewer.keys["ed25519:1"] = nil
        #expect(!keys.isPublished(in: fewer) && fewer.isPublished(in: keys))
        #expect(keys.fingerprints.contains("ed25519:1 ") && keys.fingerprints.contains(", ed25519:b_2 "))
        for key in keys.keys.values { #expect(!keys.fingerprints.contains(key.prefix(8))) }
    }
}

@Suite("JSON pointers")
struct JSONPointerTests {
    @Test(arguments: [
        ("", true), ("/m.a/b", true), ("/list/1/c", true), ("/a~1b", true), ("/list/2", false), ("/m.a/c", false),
        ("m.a", false), ("/list/x", false),
    ])
    func `a value is found by its pointer`(pointer: String, isThere: Bool) {
        let value: JSONValue = ["m.a": ["b": 1], "list": [1, ["c": "x"]], "a/b": true]
        #expect((value.value(at: pointer) != nil) == isThere)
    }
}
