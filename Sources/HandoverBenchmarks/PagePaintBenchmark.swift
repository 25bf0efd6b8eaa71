import Foundation
import HandoverTestSupport

/// The first contentful paint in headless Chromium of the overview and of a run of 10,000 steps at the end of a journal of a
/// million entries, each beside what we allow.
enum PagePaintBenchmark {
    static func run(journal: String, run: String) async throws {
        let chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].first {
            FileManager.default.isExecutableFile(atPath: $0)
        }
        guard let chromium else { throw Measured.Failure(what: "Chromium is not installed") }
        let output = try await ServedJournal.with(journal) { port in
            try await Measured.run(
                "python3",
                [
                    "Tests/HandoverCommandsTests/Serve/Checks/paint.py", chromium, "http://127.0.0.1:\(port)", "/",
                    "/runs/\(run)",
                ]
            ).output
        }
        let figures = output.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
        guard figures.count == 2 else { throw Measured.Failure(what: "no figures of Chromium: \(output)") }
        report("page-first-paint", figures[0], "ms", reference: 1000)
        report("page-first-paint-run", figures[1], "ms", reference: 1000)
    }
}
