import FailoverModel
import Foundation
import Subprocess
import SystemPackage

/// One call of a program of the runbook's own: words, never a shell's text, and only the variables it is given.
///
/// Its output goes to files without a name rather than into pipes, so that a program whose Handover was killed goes on to
/// its end instead of dying of SIGPIPE in the middle, and nothing waits for a grandchild that keeps a pipe open.
struct ProgramCall: Sendable {
    var words: [String]
    var environment: [String: String]
    /// What must not be shown: these values are taken out of the output.
    var secrets: [String]
    /// How it is called in faults: `step close-egress (program.run at dc1), observe`.
    var place: String
    /// What it reads from its standard input.
    var input = ""
    /// How many bytes of the end of its output are kept, in bytes.
    var kept = 4096

    /// How a call ended, with the end of what it wrote; shown safely, and without secrets.
    struct Ended: Sendable {
        /// The exit status; nil where a signal ended it.
        var status: Int32?
        var output: String
        /// What it wrote to its standard error, as much.
        var errors: String
        /// The last line that says something: of the output where it went well, of the errors first where not.
        var sentence: String
    }

    func run() async throws(Fault) -> Ended {
        guard let program = words.first, program.contains("/") == program.hasPrefix("/"), !program.isEmpty else {
            throw Fault(
                .invalid, "\(quoted(words.first ?? "")) is neither a whole path nor a name to be found in PATH",
                at: place,
                next: "Write the program's whole path in the runbook")
        }
        let output = try scratch()
        defer { try? output.close() }
        let errors = try scratch()
        defer { try? errors.close() }
        let question = try scratch(holding: input)
        defer { try? question.close() }
        var isTooLong = false
        let ended: TerminationStatus?
        do {
            ended = try await withThrowingTaskGroup(of: News.self) { group in
                group.addTask {
                    .ended(
                        try await Subprocess.run(
                            program.hasPrefix("/") ? .path(FilePath(program)) : .name(program),
                            arguments: Arguments(Array(words.dropFirst())), environment: .custom(variables),
                            platformOptions: Self.ownSession,
                            input: .fileDescriptor(question, closeAfterSpawningProcess: false),
                            output: .fileDescriptor(output, closeAfterSpawningProcess: false),
                            error: .fileDescriptor(errors, closeAfterSpawningProcess: false)
                        ).terminationStatus)
                }
                group.addTask { await Self.watch([output, errors]) }
                defer { group.cancelAll() }
                while let news = try await group.next() {
                    switch news {
                    case .ended(let status): return status
                    case .isTooLong:
                        isTooLong = true
                        group.cancelAll()
                    case .isNotWatched: break
                    }
                }
                return nil
            }
        } catch {
            if isTooLong { throw tooLong(program) }
            throw failure(error, program)
        }
        guard let ended, !isTooLong else { throw tooLong(program) }
        let texts = (end(of: output), end(of: errors))
        let status: Int32? = if case .exited(let code) = ended { code } else { nil }
        let lines = status == 0 ? [texts.0, texts.1] : [texts.1, texts.0]
        return Ended(
            status: status, output: texts.0, errors: texts.1,
            sentence: lines.lazy.compactMap(Self.lastLine).first?.onOneLine() ?? "")
    }

    /// What a program says lies in memory; one that never ends to speak would take all of it.
    private static let mostBytes: Int64 = 64_000_000

    private enum News: Sendable {
        case ended(TerminationStatus)
        case isTooLong
        /// Nobody has to watch any more.
        case isNotWatched
    }

    private static func watch(_ files: [FileDescriptor]) async -> News {
        while files.allSatisfy({ ((try? $0.stat())?.size ?? 0) <= mostBytes }) {
            do { try await Task.sleep(for: .milliseconds(100)) } catch { return .isNotWatched }
        }
        return .isTooLong
    }

    private func tooLong(_ program: String) -> Fault {
        Fault(
            .uncertain, "\(quoted(program)) wrote more than \(Self.mostBytes / 1_000_000) MB and was ended", at: place,
            next: "See by hand what it does, and let it say less")
    }

    /// A session of its own, so that Ctrl-C at the terminal asks Handover alone, and its children end with it.
    private static var ownSession: PlatformOptions {
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = [.gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: .seconds(2))]
        return options
    }

    private var variables: [Environment.Key: String] {
        var variables: [Environment.Key: String] = [:]
        for (name, value) in environment { if let key = Environment.Key(rawValue: name) { variables[key] = value } }
        return variables
    }

    /// A file without a name; in memory where there is a place for that, because what a program reads and writes may hold
    /// secrets.
    private func scratch(holding text: String = "") throws(Fault) -> FileDescriptor {
        for directory in ["/dev/shm", NSTemporaryDirectory()] {
            var path = Array("\(directory)/handover-output-XXXXXX".utf8CString)
            let descriptor = mkstemp(&path)
            guard descriptor >= 0 else { continue }
            unlink(path)
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            let file = FileDescriptor(rawValue: descriptor)
            if text.isEmpty { return file }
            do {
                try file.writeAll(text.utf8)
                try file.seek(offset: 0, from: .start)
                return file
            } catch {
                try? file.close()
            }
        }
        throw Fault(
            .unavailable, "no file for what it reads and writes can be made: \(String(cString: strerror(errno)))",
            at: place, next: "Make room in \(NSTemporaryDirectory()), then resume")
    }

    private func end(of file: FileDescriptor) -> String {
        var size = (try? file.seek(offset: 0, from: .end)) ?? 0
        let isCut = size > Int64(kept)
        size = min(size, Int64(kept))
        _ = try? file.seek(offset: -size, from: .end)
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, count in
            count = (try? file.read(into: UnsafeMutableRawBufferPointer(buffer))) ?? 0
        }
        var text = String(decoding: bytes, as: UTF8.self)
        // The beginning of a cut output may be the end of a secret.
        if isCut { text = String(text.drop { $0 != "\n" }.dropFirst()) }
        for secret in secrets { text = text.replacing(secret, with: "<secret>") }
        return text
    }

    private static func lastLine(_ text: String) -> String? {
        text.split(whereSeparator: \.isNewline).last { !$0.allSatisfy(\.isWhitespace) }.map(String.init)
    }

    private func failure(_ error: any Error, _ program: String) -> Fault {
        if error is CancellationError || Task.isCancelled {
            return Fault(
                .uncertain, "\(quoted(program)) was ended before it was through", at: place,
                next: "Resume: it is looked at before anything is done")
        }
        if let error = error as? SubprocessError, error.code == .executableNotFound {
            return Fault(
                .invalid, "\(quoted(program)) is not there, or may not be executed", at: place,
                next: "Install it, or correct the runbook")
        }
        return Fault(
            .invalid, "\(quoted(program)) could not be started", at: place,
            next: "Check that it is a program this user may execute")
    }

    private func quoted(_ text: String) -> String { "\"\(text.onOneLine(limit: 100))\"" }
}

extension ProgramCall {
    /// The variable by which every program knows for which step of which run it works: the same at every try.
    static let keyVariable = "HANDOVER_IDEMPOTENCY_KEY"

    /// Whether a program with this key runs on this machine (of this user's; others' cannot be seen).
    static func isRunning(key: String) -> Bool { isRunning { $0.elementsEqual("\(keyVariable)=\(key)".utf8) } }

    /// The same for any step of a run.
    static func isRunning(ofRun run: String) -> Bool { isRunning { $0.starts(with: "\(keyVariable)=\(run)/".utf8) } }

    private static func isRunning(_ isWanted: (Data) -> Bool) -> Bool {
        let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return processes.contains { name in
            guard name.allSatisfy(\.isNumber), let data = FileManager.default.contents(atPath: "/proc/\(name)/environ")
            else { return false }
            return data.split(separator: 0).contains(where: isWanted)
        }
    }
}
