import FailoverModel
import Foundation
import Systems

/// The bucket of all sites' media, on moto, which answers like Amazon S3, outside of all sites.
struct RehearsalMedia: Sendable {
    static let bucket = "ess-media"
    /// The files that hold the account's keys; moto lets every account in.
    static let (accessKeyName, secretKeyName) = ("media-access", "media-secret")

    var program: String
    var port: Int
    var files: RehearsalFiles

    init?(_ record: RehearsalRecord, files: RehearsalFiles) {
        guard let program = record.programs.objectStorage else { return nil }
        self.program = program
        self.files = files
        port = record.shared.media
    }

    var url: String { "http://127.0.0.1:\(port)" }
    var log: String { files.log("media") }

    func start() throws -> ProcessIdentity {
        try Launch(
            executable: program, arguments: ["-H", "127.0.0.1", "-p", "\(port)"], environment: files.environment(),
            output: .file(log)
        ).start()
    }

    /// Makes the bucket with one picture in it, as an older Synapse would have left it.
    func fill() async throws {
        let client = HTTPClient()
        for (path, body) in [(Self.bucket, ""), ("\(Self.bucket)/local_content/ab/cd/old", "an old picture")] {
            let answer = try await client.send(HTTPRequest(.put, "\(url)/\(path)", body: Data(body.utf8)))
            guard answer.status == 200 else {
                throw Fault(
                    .unavailable, "the object storage answers \(answer.status) to \(path)", at: url, next: "See \(log)")
            }
        }
    }
}
