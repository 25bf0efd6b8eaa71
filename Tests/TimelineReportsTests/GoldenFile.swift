import Foundation
import Testing

/// A file under `Golden` that an export must equal to the byte.
///
/// To write them anew after a wanted change: `HANDOVER_WRITE_GOLDEN=1 swift test --filter TimelineReportsTests`, then read
/// the difference before committing it.
enum GoldenFile {
    static func expect(_ text: String, equals name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/\(name)")
        if ProcessInfo.processInfo.environment["HANDOVER_WRITE_GOLDEN"] == "1" {
            try Data(text.utf8).write(to: url)
        }
        let golden = try String(decoding: Data(contentsOf: url), as: UTF8.self)
        let difference = zip(text.split(separator: "\n"), golden.split(separator: "\n")).first { $0.0 != $0.1 }
        #expect(
            text == golden,
            "\(name): \(difference.map { "\($0.0)\n  should be\n\($0.1)" } ?? "one is longer")",
            sourceLocation: sourceLocation)
    }
}
