/// The time from typing `handover --version` to its end, beside another client program that links libcurl.
enum StartBenchmark {
    static func run() async throws {
        let ours = try await Measured.median(Measured.handover, ["--version"])
        let theirs = try await Measured.median("curl", ["--version"])
        report("start", ours.milliseconds, "ms", reference: theirs.milliseconds)
    }
}
