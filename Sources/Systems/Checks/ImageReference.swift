/// An image's name taken apart as container runtimes do (distribution/reference): registry, repository, tag or digest.
struct ImageReference: Hashable, Sendable {
    var text: String
    /// `ghcr.io`, `registry-1.docker.io`, `registry.example.org:5000`.
    var registry: String
    var repository: String
    /// The digest where there is one, else the tag.
    var version: String
    var isDigest: Bool

    init?(_ text: String) {
        self.text = text
        guard !text.isEmpty, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"?#%\\\"".utf8.contains($0) }) else {
            return nil
        }
        let parts = text.split(separator: "@", maxSplits: 1).map(String.init)
        guard var name = parts.first else { return nil }
        var tag = "latest"
        if let colon = name.lastIndex(of: ":"), !name[colon...].contains("/") {
            tag = String(name[name.index(after: colon)...])
            name = String(name[..<colon])
        }
        isDigest = parts.count == 2
        version = isDigest ? parts[1] : tag
        let pieces = name.split(separator: "/", maxSplits: 1).map(String.init)
        if pieces.count == 2, pieces[0].contains(".") || pieces[0].contains(":") || pieces[0] == "localhost" {
            registry = pieces[0]
            repository = pieces[1]
        } else {
            registry = "docker.io"
            repository = pieces.count == 2 ? name : "library/\(name)"
        }
        guard !repository.isEmpty, !version.isEmpty, !repository.split(separator: "/").contains("..") else {
            return nil
        }
    }

    /// Where the registry's API is; Docker Hub has another name for it.
    var address: String { registry == "docker.io" ? "https://registry-1.docker.io" : "https://\(registry)" }

    /// All ways in which a node may list the image, and a pull secret its registry.
    var names: Set<String> {
        registry == "docker.io"
            ? [text, "docker.io/\(repository):\(version)", "docker.io/\(repository)@\(version)"] : [text]
    }
    var keys: Set<String> {
        registry == "docker.io"
            ? ["docker.io", "index.docker.io", "registry-1.docker.io", "https://index.docker.io/v1/"] : [registry]
    }
}
