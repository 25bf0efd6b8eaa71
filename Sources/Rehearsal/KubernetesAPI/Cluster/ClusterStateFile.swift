import Foundation
import NIOConcurrencyHelpers

/// The cluster's file on disk: one JSON document, replaced as a whole and readable by its owner only.
///
/// Snapshots that wait together become one write, and every waiter returns only after a write that covers its own.
final class ClusterStateFile: Sendable {
    private struct Pending {
        var bytes: [UInt8] = []
        var version: Int64 = -1
        var writtenVersion: Int64 = -1
    }

    let path: String
    private let queue = DispatchQueue(label: "rehearsal.kubernetes.state-file")
    private let pending = NIOLockedValueBox(Pending())

    init(path: String) { self.path = path }

    /// The last state, or `nil` when the file does not exist yet.
    func read() throws -> APIValue? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        do {
            return try APIValue(json: Array(Data(contentsOf: URL(filePath: path))))
        } catch {
            throw KubernetesAPIServerError(
                problem: "the state file \(path) cannot be read: \(error)",
                remedy: "move the file away to start with an empty cluster")
        }
    }

    /// Writes the snapshot, or a newer one that arrived meanwhile.
    func write(_ bytes: [UInt8], version: Int64) async throws {
        pending.withLockedValue { pending in
            if version > pending.version {
                pending.bytes = bytes
                pending.version = version
            }
        }
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            queue.async { continuation.resume(with: Result { try self.writeNewest(covering: version) }) }
        }
    }

    private func writeNewest(covering version: Int64) throws {
        let (bytes, newest, written) = pending.withLockedValue { ($0.bytes, $0.version, $0.writtenVersion) }
        if written >= version { return }
        try replace(with: bytes)
        pending.withLockedValue { $0.writtenVersion = max($0.writtenVersion, newest) }
    }

    private func replace(with bytes: [UInt8]) throws {
        let temporary = path + ".new"
        do {
            let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
            let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
            try handle.write(contentsOf: Data(bytes))
            try handle.close()
            guard rename(temporary, path) == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        } catch {
            throw KubernetesAPIServerError(
                problem: "the state file \(path) cannot be written: \(error)",
                remedy: "check that its directory exists, is writable and has room")
        }
    }
}
