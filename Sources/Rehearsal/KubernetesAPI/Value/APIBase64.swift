import Foundation

/// Base 64 as Secrets and continue tokens use it.
enum APIBase64 {
    static func encoded(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
    static func decoded(_ text: String) -> [UInt8]? { Data(base64Encoded: text).map { [UInt8]($0) } }
}
