import FailoverModel
import Glibc
import Synchronization
import Systems

/// Secrets from files and from the environment. Values go nowhere but to the caller.
final class LocalSecrets: SecretSource {
    private let environment: @Sendable (String) -> String?
    private let warn: @Sendable (String) -> Void
    private let warned = Mutex<Set<String>>([])

    init(environment: @escaping @Sendable (String) -> String?, warn: @escaping @Sendable (String) -> Void) {
        self.environment = environment
        self.warn = warn
    }

    func value(of reference: SecretReference) throws(Fault) -> Secret {
        switch reference {
        case .environment(let name):
            guard let value = environment(name), !value.isEmpty else {
                throw Fault(.invalid, "the environment variable is not set", at: name, next: "Set it, or use a file")
            }
            return Secret(value)
        case .file(let path): return try secret(in: path)
        }
    }

    private func secret(in path: String) throws(Fault) -> Secret {
        let bytes: [UInt8]
        do {
            bytes = try SmallText.bytes(of: path)
        } catch {
            let why =
                switch error {
                case .missing: "there is no such file"
                case .isDirectory: "it is a directory"
                case .tooLarge: "it is too large for a secret"
                case .notReadable(let why): "it cannot be read: \(why)"
                }
            throw Fault(.invalid, why, at: "secret file \(path)", next: "Put the secret there, or correct the topology")
        }
        var value = bytes[...]
        if value.last == UInt8(ascii: "\n") { value.removeLast() }
        if value.last == UInt8(ascii: "\r") { value.removeLast() }
        guard !value.isEmpty else {
            throw Fault(.invalid, "the file is empty", at: "secret file \(path)", next: "Put the secret there")
        }
        let isNew = warned.withLock { $0.insert(path).inserted }
        if isNew { Self.warnWhereOpenToOthers(path, warn) }
        return Secret(String(decoding: value, as: UTF8.self))
    }

    /// Who can read it knows the secret, and who can write it makes it one of their own.
    static func warnWhereOpenToOthers(_ path: String, _ warn: (String) -> Void) {
        var status = stat()
        guard stat(path, &status) == 0 else { return }
        let (what, mode): (String, String)
        switch status.st_mode & 0o006 {
        case 0o004: (what, mode) = ("read", "o-r")
        case 0o002: (what, mode) = ("change", "o-w")
        case 0o006: (what, mode) = ("read and change", "o-rw")
        default: return
        }
        warn("warning: every user of this machine can \(what) the secret file \(path). Next: chmod \(mode) \(path)")
    }
}
