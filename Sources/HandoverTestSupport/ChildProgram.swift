import Dispatch
import Foundation
import Glibc

/// A program started by a test or a benchmark, in a session of its own.
package struct ChildProgram: Sendable {
    package struct Ending: Sendable {
        /// The exit code, or minus the signal's number.
        package var code: Int32
        package var output: String
        package var errors: String
        /// Peak resident memory in bytes.
        package var peakBytes: Int
        package var milliseconds: Double
    }

    package struct NotStarted: Error { package var what: String }

    /// glibc's `POSIX_SPAWN_SETSID`, which Swift does not show.
    private static let newSession: Int16 = 0x80

    package let pid: Int32
    private let outputFile: String
    private let errorFile: String
    private let startedAt: ContinuousClock.Instant

    /// Standard output and error go to files, so that no reader is needed while it runs.
    package static func start(
        _ program: String, _ arguments: [String], environment: [String: String] = [:]
    ) throws -> ChildProgram {
        let base = FileManager.default.temporaryDirectory.appending(path: "handover-child-\(UUID().uuidString)").path
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, base + ".out", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, base + ".err", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        defer { posix_spawn_file_actions_destroy(&actions) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Swift's threads block signals; a child that inherits that cannot be interrupted.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, newSession | Int16(POSIX_SPAWN_SETSIGMASK))
        let merged = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        var argv = ([program] + arguments).map { strdup($0) } + [nil]
        var envp = merged.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in argv + envp { free(pointer) } }
        var pid: pid_t = 0
        let startedAt = ContinuousClock.now
        let failed = posix_spawnp(&pid, program, &actions, &attributes, &argv, &envp)
        guard failed == 0 else { throw NotStarted(what: "\(program): \(String(cString: strerror(failed)))") }
        return ChildProgram(pid: pid, outputFile: base + ".out", errorFile: base + ".err", startedAt: startedAt)
    }

    package func send(_ signal: Int32) { kill(pid, signal) }

    /// Waits on a thread of its own until the program ends.
    package func end() async -> Ending {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: waitForEnd()) }
        }
    }

    /// Runs a program to its end.
    package static func run(
        _ program: String, _ arguments: [String], environment: [String: String] = [:]
    ) async throws -> Ending {
        await (try start(program, arguments, environment: environment)).end()
    }

    private func waitForEnd() -> Ending {
        var status: Int32 = 0
        var usage = rusage()
        while wait4(pid, &status, 0, &usage) < 0, errno == EINTR {}
        let (seconds, attoseconds) = (ContinuousClock.now - startedAt).components
        let (output, errors) = (text(outputFile), text(errorFile))
        unlink(outputFile)
        unlink(errorFile)
        let signal = status & 0x7F
        return Ending(
            code: signal == 0 ? (status >> 8) & 0xFF : -signal, output: output, errors: errors,
            peakBytes: usage.ru_maxrss * 1024, milliseconds: Double(seconds) * 1000 + Double(attoseconds) / 1e15)
    }

    private func text(_ file: String) -> String {
        String(decoding: FileManager.default.contents(atPath: file) ?? Data(), as: UTF8.self)
    }
}
