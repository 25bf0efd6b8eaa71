import Testing

@testable import FailoverModel

@Suite("Decoding the media of a topology")
struct TopologyMediaTests {
    private static let keys = "accessKeyFile: s/a, secretKeyEnvironment: S3_SECRET"

    private func decode(_ media: String) throws(Diagnostics) -> Topology {
        let text = "name: t\nsites:\n  dc1: {media: {\(media)}}\n  dc2: {kubernetes: {release: ess}}\n"
        return try Topology.decode(SourceText(file: "t.yaml", text: text), directory: "/etc")
    }

    private func problems(_ media: String) -> [String] {
        do throws(Diagnostics) {
            _ = try decode(media)
            return []
        } catch { return error.items.map(\.description) }
    }

    @Test func `What may be left out has its default, and a prefix ends with a slash`() throws {
        let least = try decode("url: \"https://s3.example.org/\", bucket: ess-media, \(Self.keys)")
        let keys = AWSKeys(accessKey: .file("/etc/s/a"), secretKey: .environment("S3_SECRET"))
        #expect(least.sites[0].media == MediaBucket(url: "https://s3.example.org", bucket: "ess-media", keys: keys))
        #expect(least.sites[1].media == nil)
        let most = try decode(
            """
            url: "http://10.0.0.1:9000", bucket: ess-media, region: eu-1, prefix: a/b, pathStyle: false, caCertificate: ca.pem, \
            \(Self.keys)
            """)
        #expect(
            most.sites[0].media
                == MediaBucket(
                    url: "http://10.0.0.1:9000", bucket: "ess-media", region: "eu-1", prefix: "a/b/", isInPath: false,
                    keys: keys, caCertificate: "/etc/ca.pem"))
    }

    @Test(
        arguments: [
            ("bucket: b-b, \(keys)", "has no \"url\""), ("url: https://x, \(keys)", "has no \"bucket\""),
            ("url: https://x/path, bucket: b-b, \(keys)", "\"url\" is https:// with a host and a port"),
            ("url: \"https://u:hidden@x\", bucket: b-b, \(keys)", "has a user or a password in it"),
            ("url: https://x, bucket: a/b, \(keys)", "\"bucket\" is 3 to 63 letters"),
            ("url: https://x, bucket: bbb, region: \"a:b\", \(keys)", "\"region\" is of letters, digits and -"),
            ("url: https://x, bucket: bbb, accessKeyFile: a", "has no \"secretKeyFile\""),
            ("url: https://x, bucket: bbb, secretKeyFile: a", "has no \"accessKeyFile\""),
            ("url: https://x, bucket: bbb, accessKey: hidden, secretKeyFile: a", "a secret stands in the file"),
            ("url: https://x, bucket: bbb, \(keys), sessionToken: hidden", "a secret stands in the file"),
            ("url: http://x, bucket: bbb, \(keys), sessionTokenFile: t", "a session token would be sent to http://x"),
            ("url: https://x, bucket: bbb, \(keys), pathstyle: true", "unknown key \"pathstyle\""),
        ])
    func `What is wrong is shown with its line, and no secret`(media: String, problem: String) {
        let found = problems(media)
        #expect(found.contains { $0.contains(problem) && $0.hasPrefix("t.yaml:3:") }, "\(found)")
        #expect(!found.contains { $0.contains("hidden") })
    }
}
