import FailoverModel
import Foundation
import HandoverTestSupport
import Testing

@testable import TimelineReports

/// What others make of the exports: jsonschema, Python's csv, OpenTelemetry's messages, Chromium.
@Suite struct OtherToolsTests {
    private static let here = URL(filePath: #filePath).deletingLastPathComponent()

    /// Python with the packages that `make test` installs for this clone.
    private static var python: String {
        let own = here.appending(path: "../../.build/tools/bin/python3").standardized.path
        return FileManager.default.isExecutableFile(atPath: own) ? own : "python3"
    }

    private static let chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    private func inFolder(_ body: (URL) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "handover-timeline-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder)
    }

    private func check(_ script: String, _ arguments: [String]) async throws -> [String] {
        let path = Self.here.appending(path: "Checks/\(script)").path
        let ended = try await ChildProgram.run(Self.python, [path] + arguments)
        #expect(ended.code == 0, "\(ended.errors.suffix(2000))")
        return ended.output.split(separator: "\n").map(String.init)
    }

    private func write(_ report: TimelineReport, to folder: URL) throws -> [String] {
        let texts = [
            ("schema.json", TimelineSchema.text), ("json", String(decoding: report.json.jsonBytes, as: UTF8.self)),
            ("csv", report.csv),
            ("trace.json", String(decoding: report.trace(version: "1.2.3").jsonBytes, as: UTF8.self)),
        ]
        return try texts.map { name, text in
            let url = folder.appending(path: "timeline.\(name)")
            try Data(text.utf8).write(to: url)
            return url.path
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `the JSON keeps to its schema, the CSV has its rows, and the trace is OTLP`() async throws {
        let hostile = HostileTextTests.texts.joined(separator: " ")
        let unfinished = try TimelineReport([RunTimeline(entries: Array(Incident.all.prefix(9)))])
        for report in try [ExportTests.report(), ExportTests.both(), HostileTextTests.report(hostile), unfinished] {
            try await inFolder { folder in
                let files = try write(report, to: folder)
                let wrong = try await check("formats.py", files)
                #expect(wrong == [])
            }
        }
    }

    @Test(
        .enabled(if: chromium != nil, "Chromium is not installed: the page is not opened (apt-get install chromium)"),
        .timeLimit(.minutes(2)), arguments: ["incident", "both"])
    func `the page can be read and used at three widths, light and dark, by keyboard, and printed`(
        name: String
    ) async throws {
        let chromium = try #require(Self.chromium)
        let report = try name == "both" ? ExportTests.both() : ExportTests.report()
        try await inFolder { folder in
            let page = folder.appending(path: "page.html")
            try Data(TimelinePage(report, version: "1.2.3").html.utf8).write(to: page)
            let wrong = try await check("page.py", [chromium, page.path, folder.path])
            #expect(wrong == [])
        }
    }
}
