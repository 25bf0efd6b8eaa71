import FailoverModel
import Foundation
import Yams

/// A named cluster, user or context of a kubeconfig, and where it stands. Its errors name file and entry, never a value.
struct KubeconfigEntry {
    enum Section: String, CaseIterable {
        case cluster
        case user
        case context
    }

    var section: Section
    var name: String
    var file: String
    var fields: Node.Mapping

    var place: String { "\(file), \(section.rawValue) \"\(name)\"" }

    /// The text of a key; `nil` where it is absent, null or empty, as in client-go.
    func text(_ key: String) throws(Fault) -> String? {
        guard let node = present(key) else { return nil }
        guard let text = node.scalar?.string else { throw invalid("\(key) must be a text") }
        return text.isEmpty ? nil : text
    }

    func flag(_ key: String) throws(Fault) -> Bool {
        guard let node = present(key) else { return false }
        guard let flag = node.bool else { throw invalid("\(key) must be true or false") }
        return flag
    }

    func mapping(_ key: String) throws(Fault) -> Node.Mapping? {
        guard let node = present(key) else { return nil }
        guard let mapping = node.mapping else { throw invalid("\(key) must be a mapping") }
        return mapping
    }

    func sequence(_ key: String) throws(Fault) -> [Node] {
        guard let node = present(key) else { return [] }
        guard let sequence = node.sequence else { throw invalid("\(key) must be a list") }
        return Array(sequence)
    }

    /// Base64 of PEM under `NAME-data`, else the path under `NAME`, relative to the kubeconfig.
    func pem(_ key: String) throws(Fault) -> TLSSettings.PEM? {
        if let encoded = try text("\(key)-data") {
            guard let bytes = Data(base64Encoded: encoded, options: .ignoreUnknownCharacters), !bytes.isEmpty else {
                throw invalid("\(key)-data is not base64")
            }
            return .bytes(bytes)
        }
        guard let path = try path(key) else { return nil }
        guard FileManager.default.isReadableFile(atPath: path) else {
            throw invalid(
                "the file of \(key) cannot be read: \(path)", next: "Put the file there, or correct the path.")
        }
        return .file(path)
    }

    func path(_ key: String) throws(Fault) -> String? { try text(key).map(absolute) }

    /// Paths are relative to the kubeconfig they stand in.
    func absolute(_ path: String) -> String {
        path.hasPrefix("/")
            ? path : URL(filePath: file).deletingLastPathComponent().appending(path: path).standardizedFileURL.path
    }

    func invalid(_ what: String, next: String = "Correct the entry.") -> Fault {
        Fault(.invalid, what, at: place, next: next)
    }

    private func present(_ key: String) -> Node? {
        guard let node = fields[Node(key)], node.null == nil else { return nil }
        return node
    }
}
