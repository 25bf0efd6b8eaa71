import CLibCURL
import Foundation

/// What arrives of an answer; libcurl's callbacks write to it on the lane's queue.
final class CurlAnswer {
    var headers = HTTPHeaders()
    var body = Data()
    private(set) var isTooLarge = false
    private(set) var hasBegun = false
    /// Whether the empty line after the headers came. libcurl takes a connection that closes before it for the end of an
    /// answer, which would then be one without a body.
    private(set) var hasWholeHeaders = false
    private var headerBytes = 0
    private let bodyLimit: Int
    private static let headerLimit = 256 * 1024

    init(bodyLimit: Int) { self.bodyLimit = bodyLimit }

    /// Whether it is taken; `false` makes libcurl end the transfer.
    func take(header line: UnsafeBufferPointer<UInt8>) -> Bool {
        headerBytes += line.count
        guard headerBytes <= Self.headerLimit else {
            isTooLarge = true
            return false
        }
        hasBegun = true
        let text = String(decoding: line, as: UTF8.self)
        if text.hasPrefix("HTTP/") {
            headers = HTTPHeaders()  // a status line after "100 Continue" begins anew
            hasWholeHeaders = false
        } else if let colon = text.firstIndex(of: ":") {
            let value = text[text.index(after: colon)...].trimmingCharacters(in: .whitespacesAndNewlines)
            headers.add(String(text[..<colon]), value)
        } else if text.allSatisfy(\.isNewline) {
            hasWholeHeaders = true
        }
        return true
    }

    func take(body bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard body.count + bytes.count <= bodyLimit else {
            isTooLarge = true
            return false
        }
        body.append(bytes)
        return true
    }

    /// The callbacks' context. It is not retained: the lane keeps the answer alive until the transfer is over.
    var context: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

    static let headerReceiver: handover_curl_receiver = { bytes, size, count, context in
        receive(bytes, size * count, context) { $0.take(header: $1) }
    }

    static let bodyReceiver: handover_curl_receiver = { bytes, size, count, context in
        receive(bytes, size * count, context) { $0.take(body: $1) }
    }

    private static func receive(
        _ bytes: UnsafeMutablePointer<CChar>?, _ length: Int, _ context: UnsafeMutableRawPointer?,
        _ take: (CurlAnswer, UnsafeBufferPointer<UInt8>) -> Bool
    ) -> Int {
        guard let bytes, let context else { return 0 }
        let answer = Unmanaged<CurlAnswer>.fromOpaque(context).takeUnretainedValue()
        return bytes.withMemoryRebound(to: UInt8.self, capacity: length) {
            take(answer, UnsafeBufferPointer(start: $0, count: length)) ? length : 0
        }
    }
}
