import Crypto
import FailoverModel
import JournalStore

/// A runbook as read from a file, with the digest of its text.
struct RunbookFile {
    let runbook: Runbook
    /// SHA-256, hexadecimal.
    let digest: String

    /// `name` is a path, or the bare name of a file in `runbooks/`.
    init(_ name: String) throws {
        let path = Self.path(of: name)
        let source = try InputFile.read(
            path, called: "runbook",
            ifMissing: "Give the path of a runbook, or the name of one in runbooks/ (ess-failover)")
        runbook = try Runbook.decode(source)
        digest = Array(SHA256.hash(data: source.bytes)).hexadecimal
    }

    static func path(of name: String) -> String {
        let isPath = name.contains("/") || name.hasSuffix(".yaml") || name.hasSuffix(".yml") || SmallText.exists(name)
        return isPath ? name : "runbooks/\(name).yaml"
    }
}
