import FailoverModel
import Foundation

/// `make bench`: one line a figure, each beside a reference measured in the same run.
///
/// With an argument it runs one figure alone; figures that report memory run in a process of their own.
@main struct Benchmarks {
    static func main() async throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        switch arguments.first {
        case "fold-child": try FoldBenchmark.child(journal: arguments[1])
        case nil:
            try await AppendBenchmark.run()
            try await EngineBenchmark.run()
            let folder = try TemporaryFolder()
            let million = try await GrownJournal.make(in: folder, entries: 1_000_000)
            let small = try await GrownJournal.make(in: folder, entries: 10_000)
            try await FoldBenchmark.run(journal: million)
            try await StatusBenchmark.run(large: million, small: small)
            try await StartBenchmark.run()
            try await FailoverBenchmark.run()
        case let name?:
            FileHandle.standardError.write(Data("handover-benchmarks: there is no benchmark \"\(name)\"\n".utf8))
            exit(2)
        }
    }
}

/// One line of the table. `ratio` is value over reference.
func report(_ name: String, _ value: Double, _ unit: String, reference: Double) {
    func shown(_ number: Double) -> String {
        number >= 1000 ? "\(Int(number.rounded()))" : String(format: "%.2f", number)
    }
    print(
        "bench \(name) \(shown(value)) \(unit) reference \(shown(reference)) ratio \(String(format: "%.2f", value / reference))"
    )
    fflush(nil)
}

/// Seconds that `body` takes.
func seconds(_ body: () async throws -> Void) async rethrows -> Double {
    let start = ContinuousClock.now
    try await body()
    let (seconds, attoseconds) = (ContinuousClock.now - start).components
    return Double(seconds) + Double(attoseconds) / 1e18
}

/// A folder that goes with the value.
final class TemporaryFolder: Sendable {
    let path: String

    /// In the working directory, because `/tmp` may lie in memory, where a sync costs nothing.
    init() throws {
        path = FileManager.default.currentDirectoryPath + "/.build/bench-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
