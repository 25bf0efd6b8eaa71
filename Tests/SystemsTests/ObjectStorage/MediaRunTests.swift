import FailoverModel
import Foundation
import HandoverCommands
import Synchronization
import Testing

@testable import Systems

@Suite("media.check: a run of the program against moto", .timeLimit(.minutes(2)))
struct MediaRunTests {
    @Test func `A plan writes nothing, a run leaves nothing, and no key is anywhere`() async throws {
        try await MotoServer.run { server in
            let directory = NSTemporaryDirectory() + "handover-media-\(UUID().uuidString)"
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: directory) }
            try write(server, directory)
            let planned = await call(["plan", "\(directory)/media.yaml", "--from", "dc1", "--to", "dc2"], directory)
            #expect(planned.code == 0, "\(planned.text)")
            #expect(planned.text.contains("in the bucket ess-media can be read; a probe will be written"))
            let checked = await call(["check"], directory)
            #expect(checked.code == 3, "\(checked.text)")
            #expect(checked.text.contains("media.readable  dc2   ok"), "\(checked.text)")
            #expect(checked.text.contains("the bucket empty has no object"))
            #expect(try await objects(server) == ["local_content/ab/cd/old"])

            let ran = await call(
                ["run", "\(directory)/media.yaml", "--from", "dc1", "--to", "dc2", "--yes"], directory)
            #expect(ran.code == 0, "\(ran.text)")
            #expect(ran.text.contains("a probe came back as it was and is deleted again"))
            #expect(try await objects(server) == ["local_content/ab/cd/old"])

            let export = await call(["journal", "export"], directory)
            let shown = planned.text + checked.text + ran.text + export.text
            #expect(!shown.contains(server.all.secret) && !shown.contains(server.all.access))
            for file in try FileManager.default.contentsOfDirectory(atPath: directory) where file.hasPrefix("journal") {
                let bytes = try Data(contentsOf: URL(filePath: "\(directory)/\(file)"))
                #expect(bytes.range(of: Data(server.all.secret.utf8)) == nil, "\(file)")
                #expect(bytes.range(of: Data(server.all.access.utf8)) == nil, "\(file)")
            }
        }
    }

    private func objects(_ server: MotoServer) async throws -> [String] {
        var bench = MediaBench(url: server.url)
        (bench.accessKey, bench.secretKey) = (server.all.access, server.all.secret)
        return try await bench.client.list("", most: 9).map(\.key)
    }

    private func write(_ server: MotoServer, _ directory: String) throws {
        let media = "url: \"\(server.url)\", region: eu-central-1, accessKeyFile: access, secretKeyFile: secret"
        let files = [
            "access": server.all.access + "\n", "secret": server.all.secret + "\n",
            "topology.yaml": """
            name: test
            sites:
              dc1: {media: {bucket: empty, \(media)}}
              dc2: {media: {bucket: ess-media, \(media)}}
            """,
            "media.yaml": """
            name: media
            title: Look at the media
            phases:
              - id: media
                title: Media
                steps:
                  - {id: media, command: media.check, site: to, optional: true}
            """,
        ]
        for (name, text) in files {
            try text.write(toFile: "\(directory)/\(name)", atomically: false, encoding: .utf8)
        }
    }

    /// Calls the program in this process.
    private func call(_ words: [String], _ directory: String) async -> (code: Int32, text: String) {
        let text = Mutex("")
        let wiring = Wiring(
            console: Console(
                output: { line in text.withLock { $0 += line } }, error: { line in text.withLock { $0 += line } },
                isInteractive: false, ask: { _ in nil }),
            environment: { name in
                [
                    "HANDOVER_JOURNAL": "\(directory)/journal.sqlite",
                    "HANDOVER_TOPOLOGY": "\(directory)/topology.yaml", "HANDOVER_ACTOR": "anna",
                ][name]
            }, handlesSignals: false)
        let code = await HandoverProgram.run(words, wiring: wiring)
        return (code, text.withLock(\.self))
    }
}
