/// `handover status` on a journal of a million entries, beside one of ten thousand: it must not grow with the journal.
enum StatusBenchmark {
    static func run(large: String, small: String) async throws {
        let long = try await Measured.median(Measured.handover, ["status", "--journal", large, "--json"])
        let short = try await Measured.median(Measured.handover, ["status", "--journal", small, "--json"])
        report("status", long.milliseconds, "ms", reference: short.milliseconds)
        report(
            "status-memory", Double(long.peakBytes) / 1_048_576, "MB", reference: Double(short.peakBytes) / 1_048_576)
    }
}
