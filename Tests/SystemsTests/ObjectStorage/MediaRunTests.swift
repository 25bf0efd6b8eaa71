import FailoverModel
import Testing

@testable import Systems

@Suite("media.check: a run of the program against moto", .timeLimit(.minutes(2)))
struct MediaRunTests {
    @Test func `A plan writes nothing, a run leaves nothing, and no key is anywhere`() async throws {
        try await MotoServer.run { server in
            try await HandoverInFolder.run(files(server)) { handover in
                let before = try await objects(server)
                let planned = await handover.call("plan", "--from", "dc1", "--to", "dc2")
                #expect(planned.code == 0, "\(planned.text)")
                #expect(planned.text.contains("in the bucket ess-media can be read; a probe will be written"))
                let checked = await handover.call("check", "--all")
                #expect(checked.code == 3, "\(checked.text)")
                #expect(checked.text.contains(/media\.readable +dc2 +ok/), "\(checked.text)")
                #expect(checked.text.contains("the bucket empty has no object"))
                #expect(try await objects(server) == before)

                let ran = await handover.call("run", "--from", "dc1", "--to", "dc2", "--yes")
                #expect(ran.code == 0, "\(ran.text)")
                #expect(ran.text.contains("a probe came back as it was and is deleted again"))
                #expect(try await objects(server) == before)

                let export = await handover.call("journal", "export")
                let shown = planned.text + checked.text + ran.text + export.text
                for secret in [server.all.secret, server.all.access] {
                    #expect(!shown.contains(secret))
                    #expect(try handover.journalHolds(secret) == false)
                }
                #expect(try handover.journalHolds("handover-probe/"))
            }
        }
    }

    private func objects(_ server: MotoServer) async throws -> [String] {
        var bench = MediaBench(url: server.url)
        (bench.accessKey, bench.secretKey) = (server.all.access, server.all.secret)
        return try await bench.client.list("", most: 9).map(\.key)
    }

    private func files(_ server: MotoServer) -> [String: String] {
        let media = "url: \"\(server.url)\", region: eu-central-1, accessKeyFile: access, secretKeyFile: secret"
        return [
            "access": server.all.access + "\n", "secret": server.all.secret + "\n",
            "topology.yaml": """
            name: test
            sites:
              dc1: {media: {bucket: empty, \(media)}}
              dc2: {media: {bucket: ess-media, \(media)}}
            """,
            "runbook.yaml": """
            name: media
            title: Look at the media
            phases:
              - id: media
                title: Media
                steps:
                  - {id: media, command: media.check, site: to, optional: true}
            """,
        ]
    }
}
