/// Parts of a URL as AWS signs them: every byte but the unreserved ones (RFC 3986 §2.3) is percent-encoded.
///
/// libcurl 7.88 signs what it is given; with `=`, `+`, `:` or `!` left as they are, the signature is wrong.
enum URLText {
    /// A path keeps its slashes; anything else loses them too.
    static func encoded(_ text: String, isPath: Bool = false) -> String {
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: "~"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            case UInt8(ascii: "/") where isPath: encoded.append("/")
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                encoded += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return encoded
    }

    /// `?a=1&b=`, or nothing; in the order of the names' bytes, each with its `=`.
    static func query(_ parameters: [String: String]) -> String {
        let pairs = parameters.map { (encoded($0.key), encoded($0.value)) }.sorted {
            $0.0.utf8.lexicographicallyPrecedes($1.0.utf8)
        }
        return pairs.isEmpty ? "" : "?" + pairs.map { "\($0.0)=\($0.1)" }.joined(separator: "&")
    }
}
