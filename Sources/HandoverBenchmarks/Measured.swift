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
    ///
    /// Measured by a fresh process of ours: a child's peak begins with what its parent has, and we may have grown.
    static func median(_ program: String, _ arguments: [String]) async throws -> (milliseconds: Double, peakBytes: Int)
    {
        let words = try await run(CommandLine.arguments[0], ["median-child", program] + arguments).output.split(
            separator: " ")
        guard words.count == 2, let milliseconds = Double(words[0]), let peak = Int(words[1]) else {
            throw Failure(what: "no measurement of \(program)")
        }
        return (milliseconds, peak)
    }

    /// What the fresh process does: prints the median and the peak.
    static func child(_ program: String, _ arguments: [String]) async throws {
        var endings: [ChildProgram.Ending] = []
        for _ in 0..<21 { endings.append(try await run(program, arguments)) }
        print(endings.map(\.milliseconds).sorted()[10], endings.map(\.peakBytes).max() ?? 0, terminator: "")
    }

    /// The program built beside this one.
    static var handover: String {
        URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "handover").path
    }
}
