import Foundation
import HandoverTestSupport

/// Programs as a person runs them, measured from outside.
enum Measured {
    struct Failure: Error { var what: String }

    static func run(_ program: String, _ arguments: [String]) async throws -> ChildProgram.Ending {
        let ending = try await ChildProgram.run(program, arguments)
        guard ending.code == 0 else {
            throw Failure(
                what: "\(program) \(arguments.joined(separator: " ")) ended with \(ending.code): \(ending.errors)")
        }
        return ending
    }

    /// The median of several runs, in milliseconds, and the largest peak of memory.
    static func median(
        of runs: Int = 21, _ program: String, _ arguments: [String]
    ) async throws -> (milliseconds: Double, peakBytes: Int) {
        var endings: [ChildProgram.Ending] = []
        for _ in 0..<runs { endings.append(try await run(program, arguments)) }
        return (endings.map(\.milliseconds).sorted()[runs / 2], endings.map(\.peakBytes).max() ?? 0)
    }

    /// The program built beside this one.
    static var handover: String {
        URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "handover").path
    }
}
