import FailoverModel
import Foundation
import HandoverTestSupport
import Testing

@testable import Systems

@Suite("DNS: messages as bytes")
struct DNSWireTests {
    /// An update that BIND 9.18, Knot 3.2 and PowerDNS 4.7 have accepted, made by another program.
    private let unsigned =
        "1234280000010000000200000365737304746573740000060001066d617472697803657373047465737400000100ff000000000000"
        + "066d617472697803657373047465737400000100010000003c0004c6336414"
    private let code = "30a469225f26ece78f6229340d357626fb6a9ac731a80af6bb31c606e7b8be35"
    private let signed =
        "1234280000010000000200010365737304746573740000060001066d617472697803657373047465737400000100ff000000000000"
        + "066d617472697803657373047465737400000100010000003c0004c6336414086661696c6f7665720000fa00ff00000000003d0b68"
        + "6d61632d7368613235360000006553f100012c002030a469225f26ece78f6229340d357626fb6a9ac731a80af6bb31c606e7b8be35"
        + "123400000000"

    private func key(_ secret: String = TestNameServer.secret, name: String = "failover") throws -> TSIGKey {
        TSIGKey(
            name: try #require(DNSName(name)), algorithm: .sha256, bytes: try #require(Data(base64Encoded: secret)))
    }

    @Test func `A signed update is the same to the byte as another program's`() throws {
        let message = try #require(SignedMessage(bytes(unsigned), key: key(), seconds: 1_700_000_000))
        #expect(hex(message.bytes) == signed)
        let record = try #require(try TSIGRecord(of: DNSMessage(message.bytes)))
        #expect(hex(record.code) == code && record.time == 1_700_000_000 && record.fudge == 300)
    }

    @Test func `An update is written as the standard has it, with prerequisites before`() throws {
        let old = DNSRecordSet("matrix.ess.test", .address4, ["192.0.2.10"], ttlSeconds: 300)
        let new = DNSRecordSet("matrix.ess.test", .address4, ["198.51.100.20"], ttlSeconds: 60)
        let update = try #require(UpdateMessage(ZoneChange(found: [old], wanted: [new]), zone: "ess.test", id: 0x1234))
        let name = "066d617472697803657373047465737400"
        #expect(
            hex(update.bytes) == "12342800" + "0001" + "0003" + "0002" + "0000" + "0365737304746573740000060001"
                + name + "00010001" + "00000000" + "0004c000020a"  // A is exactly this
                + name + "001c00fe" + "00000000" + "0000"  // there is no AAAA
                + name + "000500fe" + "00000000" + "0000"  // there is no CNAME
                + name + "000100ff" + "00000000" + "0000" + name + "00010001" + "0000003c" + "0004c6336414")
    }

    @Test func `An answer counts only with the key's signature of this moment`() throws {
        let request = try #require(SignedMessage(bytes(unsigned), key: key(), seconds: 1_700_000_000))
        func answer(_ secret: String, name: String = "failover", seconds: UInt64 = 1_700_000_000) throws -> DNSMessage {
            try DNSMessage(answerBytes(to: request, key: key(secret, name: name), seconds: seconds))
        }
        func proof(_ message: DNSMessage, at seconds: UInt64 = 1_700_000_000) throws -> SignedMessage.Proof {
            try request.proof(of: message, seconds: seconds)
        }
        guard case .signed = try proof(answer(TestNameServer.secret)) else { throw Unexpected() }
        guard case .signed = try proof(answer(TestNameServer.secret), at: 1_700_000_300) else { throw Unexpected() }
        guard case .signedAtOtherTime = try proof(answer(TestNameServer.secret), at: 1_700_000_301) else {
            throw Unexpected()
        }
        guard case .signedAtOtherTime = try proof(answer(TestNameServer.secret, seconds: 1_699_999_699)) else {
            throw Unexpected()
        }
        #expect(try proof(answer(TestNameServer.wrongSecret)) == .wrong)
        #expect(try proof(answer(TestNameServer.secret, name: "other")) == .wrong)
        var changed = try answer(TestNameServer.secret).bytes
        changed[3] ^= 5
        #expect(try proof(DNSMessage(changed)) == .wrong, "NOERROR made of REFUSED")
        let bare: [UInt8] = [0x12, 0x34, 0xA8, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        #expect(try proof(DNSMessage(bare)) == .unsigned(nil))
    }

    /// An answer "NOERROR" signed as a server signs it, without `SignedMessage`'s own checking code.
    private func answerBytes(to request: SignedMessage, key: TSIGKey, seconds: UInt64) throws -> [UInt8] {
        let bare: [UInt8] = [0x12, 0x34, 0xA8, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        var record = TSIGRecord(
            key: key.name, algorithm: try #require(DNSName("hmac-sha256")), time: seconds, originalID: 0x1234)
        record.code = key.code(of: [0, 32] + bytes(code) + bare + record.variables)
        var writer = WireWriter()
        writer.raw(Array(bare[..<10]) + [0, 1])
        writer.record(key.name, 250, 255, data: record.data)
        return writer.bytes
    }

    @Test(
        arguments: [
            ("matrix.ess.test", "matrix.ess.test"), ("MATRIX.ess.test.", "matrix.ess.test"), (".", "."),
            ("a\\.b.c", "a\\.b.c"), ("a\\\\.", "a\\\\"), ("\\000\\255.x", "\\000\\255.x"), ("*.x", "*.x"),
            ("a b", "a\\032b"),
        ])
    func `A name is read as it is written`(text: String, shown: String) throws {
        let name = try #require(DNSName(text))
        #expect(name.description == shown)
        #expect(DNSName(shown) == name)
        var writer = WireWriter()
        writer.name(name)
        var reader = WireReader(writer.bytes)
        #expect(try reader.name() == name && reader.offset == writer.bytes.count)
    }

    @Test(arguments: ["", "..", "a..b", ".a", "\\", "\\25", "\\256", String(repeating: "a", count: 64)])
    func `What cannot be a name is none`(text: String) { #expect(DNSName(text) == nil) }

    @Test func `A name has at most 255 bytes`() {
        let label = String(repeating: "a", count: 49)
        #expect(DNSName([label, label, label, label, label, "abc"].joined(separator: ".")) != nil)
        #expect(DNSName([label, label, label, label, label, "abcd"].joined(separator: ".")) == nil)
    }

    @Test(
        arguments: [
            [0xC0, 0x0C], [0xC0, 0x0D, 0x00], [0xC0, 0xFF], [0x01, 0x61, 0xC0, 0x0C], [0x40], [0x80, 0x00],
            [0x05, 0x61],
            [0x01, 0x61], [0xC0], [],
        ] as [[UInt8]])
    func `A name that points to itself, forward or nowhere ends in an error`(name: [UInt8]) {
        let message: [UInt8] = [0, 0, 0x84, 0, 0, 1, 0, 0, 0, 0, 0, 0] + name + [0, 1, 0, 1]
        #expect(throws: WireError.self) { try DNSMessage(message) }
        #expect(throws: WireError.self) { try DNSMessage([0, 0, 0x84, 0, 0, 1, 0, 0, 0, 0, 0, 0] + name) }
    }

    @Test func `A chain of pointers that makes a name too long is an error`() {
        // Each name of four labels points to the one before; followed, they would be longer than any name may be.
        var message: [UInt8] = [0, 0, 0x84, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        var last: [UInt8] = [0]
        var offsets: [Int] = []
        for _ in 0..<5 {
            offsets.append(message.count)
            message += [63] + [UInt8](repeating: 0x61, count: 63) + last
            last = [0xC0 | UInt8(offsets[offsets.count - 1] >> 8), UInt8(offsets[offsets.count - 1] & 0xFF)]
        }
        var results: [Bool] = []
        for offset in offsets {
            var reader = WireReader(message, at: offset)
            results.append((try? reader.name()) != nil)
        }
        #expect(results == [true, true, true, false, false])
    }

    @Test(arguments: 0..<20)
    func `No bytes make the parser trap`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let request = try #require(SignedMessage(bytes(unsigned), key: key(), seconds: 1_700_000_000))
        let seeds = [
            try answerBytes(to: request, key: key(), seconds: 1_700_000_000), request.bytes,
            DNSMessage.question(try #require(DNSName("matrix.ess.test")), 1, id: 7),
        ]
        for _ in 0..<500 {
            var message = seeds[Int.random(in: 0..<seeds.count, using: &generator)]
            for _ in 0..<Int.random(in: 0...6, using: &generator) where !message.isEmpty {
                message[Int.random(in: 0..<message.count, using: &generator)] = .random(
                    in: 0 ... .max, using: &generator)
            }
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: message.removeLast(Int.random(in: 0...message.count, using: &generator))
            case 1:
                message = (0..<Int.random(in: 0..<80, using: &generator)).map { _ in
                    .random(in: 0 ... .max, using: &generator)
                }
            default: break
            }
            guard let parsed = try? DNSMessage(message) else { continue }
            _ = try? TSIGRecord(of: parsed)
            if case .signed? = try? request.proof(of: parsed, seconds: 1_700_000_000) {
                // Only its number, which is looked at elsewhere, and the case of names may be another.
                let original = try DNSMessage(seeds[0])
                #expect(parsed.flags == original.flags && parsed.answers.isEmpty && parsed.authorities.isEmpty)
                #expect(try TSIGRecord(of: parsed) == TSIGRecord(of: original))
            }
            for record in parsed.answers + parsed.authorities + parsed.additionals {
                for type in DNSRecordType.allCases { _ = try? type.value(of: record, in: parsed) }
            }
        }
    }

    @Test func `Every truncation of an answer is an error, not a shorter answer`() throws {
        let request = try #require(SignedMessage(bytes(unsigned), key: key(), seconds: 1_700_000_000))
        let answer = try answerBytes(to: request, key: key(), seconds: 1_700_000_000)
        for count in 0..<answer.count {
            #expect(throws: WireError.self) { try DNSMessage(Array(answer.prefix(count))) }
        }
        #expect(throws: WireError.badRecord) { try DNSMessage(answer + [0]) }
    }

    @Test func `A key shows nothing of itself`() throws {
        var shown = ""
        dump(try key(), to: &shown)
        shown += "\(try key())" + String(reflecting: try key())
        #expect(!shown.contains("secret") && !shown.contains("c2Vj"), "\(shown)")
    }

    private struct Unexpected: Error {}

    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    private func bytes(_ hex: String) -> [UInt8] {
        let digits = hex.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
    }
}
