import FailoverModel
import Foundation
import Yams

/// The entries of one or more kubeconfig files, merged as kubectl does: the first file that has a name wins.
struct Kubeconfig {
    private var entries: [KubeconfigEntry.Section: [String: KubeconfigEntry]] = [:]
    private(set) var currentContext: String?
    /// For messages.
    private(set) var files: [String] = []

    /// Where kubectl looks: `KUBECONFIG` (a list), else `~/.kube/config`.
    static func usualPaths(_ environment: [String: String]) -> [String] {
        if let list = environment["KUBECONFIG"], !list.isEmpty {
            var seen: Set<String> = []
            return list.split(separator: ":").map(String.init).filter { seen.insert($0).inserted }
        }
        return ["\(environment["HOME"] ?? NSHomeDirectory())/.kube/config"]
    }

    /// Reads the one file named; it must be there.
    init(file: String) throws(Fault) {
        guard FileManager.default.fileExists(atPath: file) else {
            throw Fault(.invalid, "there is no such kubeconfig", at: file, next: "Correct kubeconfig in the topology.")
        }
        try add(file: file)
    }

    /// Reads those of the files that exist; `nil` where none does.
    init?(existingOf paths: [String]) throws(Fault) {
        for path in paths where FileManager.default.fileExists(atPath: path) { try add(file: path) }
        if files.isEmpty { return nil }
    }

    func entry(_ section: KubeconfigEntry.Section, _ name: String, wantedBy place: String) throws(Fault)
        -> KubeconfigEntry
    {
        if let entry = entries[section]?[name] { return entry }
        let known = (entries[section] ?? [:]).keys.sorted().joined(separator: ", ")
        throw Fault(
            .invalid, "there is no \(section.rawValue) \"\(name)\"", at: place,
            next: known.isEmpty ? "Add it to the kubeconfig." : "Use one of: \(known).")
    }

    private mutating func add(file: String) throws(Fault) {
        let path = URL(filePath: file).standardizedFileURL.path
        guard let data = FileManager.default.contents(atPath: path), data.count <= 4 * 1024 * 1024 else {
            throw Fault(
                .invalid, "the kubeconfig cannot be read, or is over 4 MiB", at: path, next: "Check its permissions.")
        }
        files.append(path)
        guard let root = try Self.compose(data, path) else { return }
        guard let top = root.mapping else { throw Self.invalid("a kubeconfig must be a mapping", path) }
        for section in KubeconfigEntry.Section.allCases {
            guard let list = top[Node("\(section.rawValue)s")], list.null == nil else { continue }
            guard let items = list.sequence else { throw Self.invalid("\(section.rawValue)s must be a list", path) }
            for item in items {
                guard let name = item.mapping?["name"]?.scalar?.string else {
                    throw Self.invalid("an entry of \(section.rawValue)s has no name", path)
                }
                let fields = item.mapping?[Node(section.rawValue)]?.mapping ?? Node.Mapping([])
                let entry = KubeconfigEntry(section: section, name: name, file: path, fields: fields)
                if entries[section]?[name] == nil { entries[section, default: [:]][name] = entry }
            }
        }
        if currentContext == nil, let name = top["current-context"]?.scalar?.string, !name.isEmpty {
            currentContext = name
        }
    }

    /// The parser's own text is left out: it may quote a line with a token.
    private static func compose(_ data: Data, _ path: String) throws(Fault) -> Node? {
        guard let text = String(data: data, encoding: .utf8) else { throw invalid("the file is not UTF-8", path) }
        do {
            return try Yams.compose(yaml: text)
        } catch let YamlError.parser(_, _, mark, _) {
            throw invalid("the file is not YAML", "\(path):\(mark.line)")
        } catch let YamlError.scanner(_, _, mark, _) {
            throw invalid("the file is not YAML", "\(path):\(mark.line)")
        } catch {
            throw invalid("the file is not YAML", path)
        }
    }

    private static func invalid(_ what: String, _ place: String) -> Fault {
        Fault(.invalid, what, at: place, next: "Correct the kubeconfig.")
    }
}
