import FailoverModel
import Foundation

/// `make bench`: one line a figure, each beside a reference measured in the same run. With names, only those.
@main struct Benchmarks {
    static func main() async throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        // Figures that report memory run in a process of their own.
        if arguments.first == "fold-child" { return try FoldBenchmark.child(journal: arguments[1]) }
        if arguments.first == "median-child" {
            return try await Measured.child(arguments[1], Array(arguments.dropFirst(2)))
        }
        if arguments.first == "latency-child" { return try await PageLatencyBenchmark.child(journal: arguments[1]) }
        // The timeline adds a run to the large journal, so it comes after those that measure that.
        let all = [
            "appends", "engine", "fold", "status", "timeline", "page-first-paint", "page-latency", "start", "failover",
        ]
        if let name = arguments.first(where: { !all.contains($0) }) {
            let message = "handover-benchmarks: there is no benchmark \"\(name)\"; there are \(all)\n"
            FileHandle.standardError.write(Data(message.utf8))
            exit(2)
        }
        let journals = Journals()
        for name in arguments.isEmpty ? all : arguments {
            switch name {
            case "appends": try await AppendBenchmark.run()
            case "engine": try await EngineBenchmark.run()
            case "fold": try await FoldBenchmark.run(journal: try await journals.million())
            case "status":
                try await StatusBenchmark.run(
                    large: try await journals.million(), small: try await journals.tenThousand())
            case "timeline": try await TimelineBenchmark.run(journal: try await journals.million())
            case "page-first-paint":
                let journal = try await journals.million()
                try await TimelineBenchmark.addRun(to: journal)
                try await PagePaintBenchmark.run(journal: journal, run: TimelineBenchmark.run)
            case "page-latency": try await PageLatencyBenchmark.run(journal: try await journals.million())
            case "start": try await StartBenchmark.run()
            default: try await FailoverBenchmark.run()
            }
        }
    }
}

/// Grown journals that several figures share, made when first needed.
private actor Journals {
    private var folder: TemporaryFolder?
    private var made: [Int: String] = [:]

    func million() async throws -> String { try await journal(1_000_000) }
    func tenThousand() async throws -> String { try await journal(10_000) }

    private func journal(_ entries: Int) async throws -> String {
        if let path = made[entries] { return path }
        let folder = try folder ?? TemporaryFolder()
        self.folder = folder
        let path = try await GrownJournal.make(in: folder, entries: entries)
        made[entries] = path
        return path
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
    return start.secondsSince
}

extension ContinuousClock.Instant {
    /// How many seconds ago it was.
    var secondsSince: Double {
        let (seconds, attoseconds) = (ContinuousClock.now - self).components
        return Double(seconds) + Double(attoseconds) / 1e18
    }
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
