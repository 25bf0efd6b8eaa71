import Foundation
import Synchronization

/// A program found by PATH, run without blocking a cooperative thread.
struct CommandLineProgram: Sendable {
    let path: String

    struct Result: Sendable {
        var status: Int32
        var output: String
        var errors: String
    }

    /// `nil` when PATH has no such program.
    init?(_ name: String) {
        let directories = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        let paths = directories.map { "\($0)/\(name)" }
        guard let path = paths.first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else { return nil }
        self.path = path
    }

    /// Runs the program to its end, or to the time limit, at which it is killed.
    func run(
        _ arguments: [String], environment: [String: String] = [:], limitSeconds: Double = 60
    ) async throws -> Result {
        let directory = FileManager.default.temporaryDirectory
        let base = directory.appending(path: "program-\(UUID().uuidString)").path
        _ = FileManager.default.createFile(atPath: base + ".out", contents: nil)
        _ = FileManager.default.createFile(atPath: base + ".err", contents: nil)
        defer {
            try? FileManager.default.removeItem(atPath: base + ".out")
            try? FileManager.default.removeItem(atPath: base + ".err")
        }
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle(forWritingAtPath: base + ".out")
        process.standardError = FileHandle(forWritingAtPath: base + ".err")
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            let limit = ProcessLimit()
            process.terminationHandler = { _ in
                limit.cancel()
                continuation.resume()
            }
            do {
                try process.run()
                limit.start(for: process.processIdentifier, seconds: limitSeconds)
            } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
        return Result(
            status: process.terminationStatus,
            output: (try? String(contentsOfFile: base + ".out", encoding: .utf8)) ?? "",
            errors: (try? String(contentsOfFile: base + ".err", encoding: .utf8)) ?? "")
    }
}

/// Kills a process that takes too long.
private final class ProcessLimit: Sendable {
    private let isOver = Mutex(false)

    func cancel() { isOver.withLock { $0 = true } }

    func start(for identifier: Int32, seconds: Double) {
        DispatchQueue.global().asyncAfter(deadline: .now() + seconds) {
            self.isOver.withLock { if !$0 { _ = kill(identifier, SIGKILL) } }
        }
    }
}
