import FailoverModel
import Foundation

/// A file that a person wrote: the topology, a runbook.
enum InputFile {
    static func read(_ path: String, called name: String, ifMissing next: String) throws(Fault) -> SourceText {
        do {
            return SourceText(file: path, bytes: try SmallText.bytes(of: path))
        } catch {
            switch error {
            case .missing: throw Fault(.invalid, "there is no such \(name)", at: path, next: next)
            case .isDirectory: throw Fault(.invalid, "it is a directory, not a \(name)", at: path, next: next)
            case .tooLarge:
                throw Fault(.invalid, "it is too large for a \(name)", at: path, next: "Give the right file")
            case .notReadable(let why):
                throw Fault(
                    .invalid, "it cannot be read: \(why)", at: path, next: "Make it readable, or give another file")
            }
        }
    }

    /// The folder of a file, as an absolute path, so that what is relative to it means the same everywhere.
    static func directory(of path: String) -> String {
        URL(filePath: path).deletingLastPathComponent().standardizedFileURL.path
    }
}
