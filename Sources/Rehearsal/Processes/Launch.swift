import FailoverModel
import Glibc

/// A program to start: in its own session, without a terminal, with no open file of ours and a clean environment.
struct Launch: Sendable {
    enum Output: Sendable {
        /// Appended to this file.
        case file(String)
        /// Our own standard output and error.
        case inherited
    }

    var executable: String
    var arguments: [String]
    var environment: [String: String]
    var account: Account?
    var output: Output

    /// Starts it and returns at once.
    func start() throws -> ProcessIdentity {
        var command = [executable] + arguments
        // A long-lived server holds no directory of ours, and the account may not be let into the current one.
        if case .file = output { command = ["env", "--chdir=/"] + command }
        if let account {
            // setpriv and env become the program (exec), so the number we are given is the program's.
            command =
                ["setpriv", "--reuid=\(account.user)", "--regid=\(account.group)", "--init-groups", "--"] + command
        }
        let pid = try spawn(command)
        guard let identity = ProcessIdentity(pid: pid) else {
            throw Fault(.invalid, "it ended at once", at: executable, next: "See \(logName)")
        }
        return identity
    }

    /// Starts it and waits for its end; stops it where that takes too long or the task is cancelled.
    @discardableResult
    func run(within limit: Duration) async throws -> Int32 {
        let identity = try start()
        let deadline = ContinuousClock.now + limit
        while true {
            var status: Int32 = 0
            let ended = waitpid(identity.pid, &status, WNOHANG)
            if ended == identity.pid { return status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + status & 0x7f }
            let isLate = ContinuousClock.now > deadline
            if isLate || Task.isCancelled {
                await Termination.kill([identity])
                try Task.checkCancellation()
                throw Fault(.unavailable, "it did not end within \(limit)", at: executable, next: "See \(logName)")
            }
            try? await Task.sleep(for: .milliseconds(5))
        }
    }

    /// Runs it to an end with exit code 0.
    func succeed(within limit: Duration, next: String) async throws {
        let code = try await run(within: limit)
        guard code == 0 else {
            let name = executable.split(separator: "/").last.map(String.init) ?? executable
            throw Fault(.invalid, "\(name) failed with exit code \(code): \(logTail)", at: executable, next: next)
        }
    }

    private var logName: String { if case .file(let path) = output { path } else { "its output" } }
    private var logTail: String { if case .file(let path) = output { SmallFile.lastLines(3, of: path) } else { "" } }

    private func spawn(_ command: [String]) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        if case .file(let path) = output {
            posix_spawn_file_actions_addopen(&actions, 1, path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
            posix_spawn_file_actions_adddup2(&actions, 1, 2)
        }
        // The rest closes itself in the moment of exec. So a child that has not come that far when we are killed still
        // holds our lock, and `down` waits until it bears its marker.
        for descriptor in Int32(3)..<1024 where Self.staysOpen(descriptor) {
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }
        var none = sigset_t()
        var defaults = sigset_t()
        sigemptyset(&none)
        sigemptyset(&defaults)
        for signal in [SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGQUIT, SIGCHLD, SIGUSR1, SIGUSR2] {
            sigaddset(&defaults, signal)
        }
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF) | Self.newSession)
        var pid: pid_t = 0
        let arguments = command.map { strdup($0) } + [nil]
        let variables = environment.sorted { $0.key < $1.key }.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for copy in arguments + variables { free(copy) } }
        let result = posix_spawnp(&pid, command[0], &actions, &attributes, arguments, variables)
        guard result == 0 else {
            throw Fault(
                .invalid, "it cannot be started: \(String(cString: strerror(result)))", at: command[0],
                next: "Check that it is installed and that the output directory can be written")
        }
        return pid
    }

    /// Whether a program started now would have this descriptor; closed ones give -1.
    private static func staysOpen(_ descriptor: Int32) -> Bool {
        let flags = fcntl(descriptor, F_GETFD)
        return flags >= 0 && flags & FD_CLOEXEC == 0
    }

    /// `POSIX_SPAWN_SETSID` of glibc's spawn.h, which is shown only to GNU sources.
    private static let newSession: Int16 = 0x80
}
