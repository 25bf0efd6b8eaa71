import FailoverModel
import Foundation
import Testing

@testable import Systems

@Suite("media.check against moto, which checks signatures and rights", .timeLimit(.minutes(2)))
struct MediaStorageTests {
    private func bench(_ server: MotoServer, _ keys: MotoServer.Keys? = nil, bucket: String = "ess-media") -> MediaBench
    {
        var bench = MediaBench(url: server.url, bucket: bucket)
        (bench.accessKey, bench.secretKey) = ((keys ?? server.all).access, (keys ?? server.all).secret)
        return bench
    }

    @Test func `A probe is written, read back and deleted, and looking alone writes nothing`() async throws {
        try await MotoServer.run { server in
            let bench = bench(server)
            let client = try bench.client
            let before = try await client.list("", most: 100).map(\.key)
            let found = try await bench.command.examine(bench.context())
            #expect(found.verdict == .needed)
            #expect(found.sentence.hasPrefix("an object of 20") && found.sentence.contains("in the bucket ess-media"))
            #expect(try await client.list("", most: 100).map(\.key) == before)

            try await bench.command.act(bench.context(), on: found)
            #expect(try await client.list("handover-probe/", most: 9).map(\.key) == ["handover-probe/run-1/media"])
            try await bench.command.act(bench.context(), on: found)
            let done = try await bench.command.verify(bench.context(), after: found)
            #expect(done.verdict == .done, "\(done.sentence)")
            #expect(done.sentence.hasSuffix("a probe came back as it was and is deleted again"))
            #expect(try await client.list("", most: 100).map(\.key) == before)
        }
    }

    @Test func `The undo takes away the probe of a try that was cut short, and stops no way back`() async throws {
        try await MotoServer.run { server in
            let bench = bench(server)
            let client = try bench.client
            let before = try await client.list("", most: 100).map(\.key)
            let found = try await bench.command.examine(bench.context())
            var back = bench.context()
            #expect(try await bench.command.examineUndo(back).verdict == .done)
            back.remembered = found.facts
            #expect(try await bench.command.examineUndo(back).verdict == .done)

            try await bench.command.act(bench.context(), on: found)
            let undo = try await bench.command.examineUndo(back)
            #expect(undo.verdict == .needed)
            var elsewhere = bench
            elsewhere.secretKey = "no-longer-right"
            #expect(try await elsewhere.command.examineUndo(back).verdict == .done)
            try await bench.command.undo(back, on: undo)
            #expect(try await bench.command.examineUndo(back).verdict == .done)
            #expect(try await client.list("", most: 100).map(\.key) == before)
        }
    }

    @Test func `What an interrupted try left is no old object, and the next takes it away`() async throws {
        try await MotoServer.run { server in
            var bench = bench(server, bucket: "empty")
            let client = try bench.client
            try await client.put("handover-probe/killed/media", Data("x".utf8))
            let empty = try await bench.check()
            #expect(empty.verdict == .refused(rule: "no-media", acceptance: "no-media"), "\(empty.sentence)")
            let accepted = try await bench.command.examine(bench.context(accepted: ["no-media"]))
            #expect(accepted.verdict == .needed)

            try await client.put("local_content/a", Data("x".utf8))
            #expect(try await bench.check().verdict == .done)
            #expect(try await client.list("", most: 100).map(\.key) == ["local_content/a"])

            bench.bucket.prefix = "elsewhere/"
            #expect(try await bench.check().sentence.hasPrefix("the bucket empty below elsewhere/ has no object"))
        }
    }

    @Test func `Keys that look like code come back as they were put`() async throws {
        try await MotoServer.run { server in
            let client = try bench(server).client
            let key = "remote_content/matrix.org:8448/a b/=+!*'()&;@$,?#[]%2F~ü"
            try await client.put(key, Data("body".utf8))
            #expect(try await client.get(key) == Data("body".utf8))
            #expect(try await client.get(key, firstByteOnly: true) == Data("b".utf8))
            #expect(try await client.list("remote_content/matrix.org:8448/a b/", most: 9).map(\.key) == [key])
            try await client.delete(key)
            try await client.delete(key)
            #expect(try await client.get(key) == nil)
        }
    }

    @Test func `Refusals of a storage are told apart, and no secret is in them`() async throws {
        try await MotoServer.run { server in
            var stranger = bench(server)
            stranger.accessKey = "AKIANOBODY"
            var wrong = bench(server)
            wrong.secretKey = "secret-nobody-may-see"
            let cases: [(MediaBench, Fault.Kind, String)] = [
                (stranger, .forbidden, "InvalidAccessKeyId"), (wrong, .forbidden, "SignatureDoesNotMatch"),
                (bench(server, server.reader), .forbidden, "AccessDenied"),
                (bench(server, bucket: "no-such-bucket"), .rejected, "there is no such bucket"),
            ]
            for (bench, kind, words) in cases {
                let fault = try await fault { try await bench.check() }
                #expect(fault.kind == kind && fault.what.contains(words), "\(fault)")
                #expect(!"\(fault)".contains(bench.secretKey) && !"\(fault)".contains(bench.accessKey))
            }
            #expect(try await bench(server).client.list("handover-probe/", most: 9).isEmpty)
        }
    }
}
