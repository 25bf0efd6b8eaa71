import Crypto
package import FailoverModel

/// The persons and programs that may see the page, each with a token: a file of lines `name:token`.
///
/// Only digests are kept, and all of them are compared each time, each in constant time, so that an answer's time tells
/// nothing of a token.
package struct AccessTokens: Sendable {
    private let entries: [(name: String, digest: SHA256Digest)]

    /// A token is as long as what `openssl rand -hex 16` gives, so that nobody guesses it.
    package static let shortest = 24

    package init(_ text: String, file: String) throws(Fault) {
        var entries: [(name: String, digest: SHA256Digest)] = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = line.trimmed
            if line.isEmpty || line.hasPrefix("#") { continue }
            let place = "\(file):\(index + 1)"
            guard let colon = line.firstIndex(of: ":") else {
                throw Fault(.invalid, "the line has no colon", at: place, next: "Write each line as name:token")
            }
            let (name, token) = (line[..<colon].trimmed, line[line.index(after: colon)...].trimmed)
            guard !name.isEmpty, name.count <= 60, name.allSatisfy({ !$0.isNewline && $0.isPrintable }) else {
                throw Fault(
                    .invalid, "the name before the colon is empty, too long or not plain text", at: place,
                    next: "Write each line as name:token")
            }
            guard token.utf8.count >= Self.shortest, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                throw Fault(
                    .invalid, "the token is shorter than \(Self.shortest) characters or not plain text", at: place,
                    next: "Make one with: openssl rand -hex 16")
            }
            let digest = SHA256.hash(data: Array(token.utf8))
            guard !entries.contains(where: { $0.name == String(name) || $0.digest == digest }) else {
                throw Fault(
                    .invalid, "the name or the token stands in an earlier line, too", at: place,
                    next: "Give each person one line, with a token of its own")
            }
            entries.append((String(name), digest))
        }
        guard !entries.isEmpty else {
            throw Fault(.invalid, "there is no token in it", at: file, next: "Write lines of name:token")
        }
        self.entries = entries
    }

    /// Whose token it is.
    package func name(of token: String) -> String? {
        let digest = SHA256.hash(data: Array(token.utf8))
        var found: String?
        for entry in entries where entry.digest == digest { found = entry.name }
        return found
    }
}

extension StringProtocol {
    fileprivate var trimmed: SubSequence {
        guard let start = firstIndex(where: { !$0.isWhitespace }), let end = lastIndex(where: { !$0.isWhitespace })
        else { return self[startIndex..<startIndex] }
        return self[start...end]
    }
}

extension Character {
    fileprivate var isPrintable: Bool { String(self).shownSafely == String(self) }
}
