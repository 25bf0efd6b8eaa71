import Foundation
import HandoverTestSupport

/// A whole failover on the rehearsal, beside a shell script that sends the same SQL and API calls and keeps no journal.
enum FailoverBenchmark {
    static func run() async throws {
        var ours: [Double] = []
        var script: [Double] = []
        for _ in 0..<3 {
            ours.append(
                try await onRehearsal { directory in
                    try await Measured.run(
                        Measured.handover,
                        [
                            "run", "runbooks/ess-failover.yaml", "--from", "dc1", "--to", "dc2", "--yes", "--actor",
                            "bench",
                            "--topology", directory + "/topology.yaml", "--journal", directory + "/bench.sqlite",
                        ])
                })
            script.append(
                try await onRehearsal { directory in
                    let file = directory + "/failover.sh"
                    try ReferenceScript.text.write(toFile: file, atomically: true, encoding: .utf8)
                    return try await Measured.run("bash", [file, directory])
                })
        }
        report("failover", ours.sorted()[1], "ms", reference: script.sorted()[1])
    }

    /// Milliseconds that `failOver` takes on a fresh rehearsal whose dc1 has just died.
    private static func onRehearsal(_ failOver: (String) async throws -> ChildProgram.Ending) async throws -> Double {
        let directory = "/tmp/handover-bench-\(UUID().uuidString.prefix(8))"
        let stage = ["--directory", directory]
        _ = try await Measured.run(Measured.handover, ["rehearsal", "up"] + stage)
        do {
            _ = try await Measured.run(Measured.handover, ["rehearsal", "break", "dc1"] + stage)
            let milliseconds = try await failOver(directory).milliseconds
            _ = try await Measured.run(Measured.handover, ["rehearsal", "down"] + stage)
            try? FileManager.default.removeItem(atPath: directory)
            return milliseconds
        } catch {
            _ = try? await Measured.run(Measured.handover, ["rehearsal", "down"] + stage)
            try? FileManager.default.removeItem(atPath: directory)
            throw error
        }
    }
}
