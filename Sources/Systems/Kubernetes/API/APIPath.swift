import Foundation

/// A path of the Kubernetes API. Every segment and query value is escaped, so no name can reach another resource.
package struct APIPath: Equatable, Sendable {
    var segments: [String]
    var query: [(name: String, value: String)] = []

    package init(_ segments: String...) { self.segments = segments }

    init(segments: [String]) { self.segments = segments }

    /// `/api/v1/…` for the core group, `/apis/GROUP/VERSION/…` for the others.
    package init(version: String, namespace: String?, resource: String, name: String? = nil, subresource: String? = nil)
    {
        segments = (version.contains("/") ? ["apis"] : ["api"]) + version.split(separator: "/").map(String.init)
        if let namespace { segments += ["namespaces", namespace] }
        segments.append(resource)
        if let name { segments.append(name) }
        if let subresource { segments.append(subresource) }
    }

    package func with(_ name: String, _ value: String?) -> Self {
        guard let value else { return self }
        var path = self
        path.query.append((name, value))
        return path
    }

    var text: String {
        let path = segments.map { "/\(Self.escaped($0))" }.joined()
        guard !query.isEmpty else { return path }
        return "\(path)?" + query.map { "\($0.name)=\(Self.escaped($0.value))" }.joined(separator: "&")
    }

    package static func == (left: Self, right: Self) -> Bool { left.text == right.text }

    private static func escaped(_ text: String) -> String {
        if text == "." || text == ".." { return text.replacing(".", with: "%2E") }
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: result.append(Character(UnicodeScalar(byte)))
            case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                result.append(Character(UnicodeScalar(byte)))
            default: result += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return result
    }
}
