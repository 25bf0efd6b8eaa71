import Foundation
import Glibc
import Synchronization

@testable import Systems

/// An HTTP server that refuses what is not signed as AWS wants it, and answers the rest as it is told to.
final class SigningServer: Sendable {
    struct Answer: Sendable {
        var status = 200
        var headers: [String: String] = [:]
        var body = ""
        /// The connection is closed without an answer.
        var isCut = false
    }

    private let listener: Listener
    private let requests = Mutex<[RawRequest]>([])
    private let flaws = Mutex<[String]>([])

    var port: UInt16 { listener.port }
    var url: String { "http://127.0.0.1:\(port)" }
    /// All that arrived, in order.
    var seen: [RawRequest] { requests.withLock(\.self) }
    /// What was wrong with signatures.
    var refused: [String] { flaws.withLock(\.self) }

    init(_ verifier: SignatureVerifier, _ answer: @escaping @Sendable (RawRequest) -> Answer) throws {
        listener = try Listener()
        Thread.detachNewThread { [self] in
            while true {
                let connection = accept(listener.descriptor, nil, nil)
                guard connection >= 0 else { return }
                serve(connection, verifier, answer)
                close(connection)
            }
        }
    }

    func shut() { listener.shut() }

    private func serve(_ connection: Int32, _ verifier: SignatureVerifier, _ answer: (RawRequest) -> Answer) {
        var bytes = Data()
        while RawRequest(bytes) == nil {
            let more = Listener.receive(65_536, 0, connection)
            guard !more.isEmpty else { return }
            bytes += more
        }
        guard let request = RawRequest(bytes) else { return }
        requests.withLock { $0.append(request) }
        let flaw = verifier.flaw(of: request)
        if let flaw { flaws.withLock { $0.append(flaw) } }
        let given = flaw.map { Answer(status: 403, body: Self.error($0)) } ?? answer(request)
        if given.isCut { return }
        let headers = given.headers.merging(["Content-Length": "\(given.body.utf8.count)", "Connection": "close"]) {
            $1
        }
        let head = headers.reduce("HTTP/1.1 \(given.status) Said\r\n") { $0 + "\($1.key): \($1.value)\r\n" }
        let text = head + "\r\n" + (request.method == "HEAD" ? "" : given.body)
        _ = Array(text.utf8).withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }

    /// An error of S3.
    static func error(_ code: String, _ more: String = "") -> String {
        "<?xml version=\"1.0\"?><Error><Code>\(code)</Code><Message>said &lt;so&gt;</Message>\(more)</Error>"
    }
}
