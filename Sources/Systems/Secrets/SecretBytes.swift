import Foundation

/// A value of a Secret. It cannot be printed, described or mirrored by accident.
struct SecretBytes: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let bytes: Data

    init(_ bytes: Data) { self.bytes = bytes }

    /// The value, for a digest and for the one call that writes it.
    func reveal() -> Data { bytes }

    var description: String { "<secret>" }
    var debugDescription: String { "<secret>" }
    var customMirror: Mirror { Mirror(self, children: [:]) }

    /// Whether it is a Synapse signing key: `ed25519 VERSION SEED`.
    var isSigningKey: Bool { bytes.starts(with: Data("ed25519 ".utf8)) }

    /// Whether the chart's hook replaces it wherever it runs (CVE-2026-24044): the version is 0.
    var isSigningKeyToRotate: Bool {
        let marked = Data("ed25519 0".utf8)
        guard bytes.starts(with: marked) else { return false }
        let next = bytes.dropFirst(marked.count).first
        return next == nil || next == UInt8(ascii: " ")
    }
}
