import FailoverModel
import Glibc

/// Held by the one command that changes a rehearsal; the kernel lets go of it when the process ends in any way.
struct RehearsalLock: ~Copyable {
    private let descriptor: Int32

    init(_ files: RehearsalFiles) throws {
        descriptor = open(files.lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SmallFile.failure("cannot be opened", files.lock) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw Fault(
                .conflict, "another rehearsal command is working on this directory", at: files.directory,
                next: "Wait until it has ended, and try again")
        }
    }

    /// Waits a moment for whoever has it: a child of a killed command lets go of it only when it has become its program.
    static func acquire(_ files: RehearsalFiles) async throws -> RehearsalLock {
        for _ in 0..<60 {
            do {
                return try RehearsalLock(files)
            } catch let fault as Fault where fault.kind == .conflict {
                try await Task.sleep(for: .milliseconds(25))
            }
        }
        return try RehearsalLock(files)
    }

    deinit { close(descriptor) }
}
