package import FailoverModel
import Foundation
import Synchronization
package import Systems

/// Servers that answer as they are told, and keep what arrived.
package final class ScriptedHooks: HTTPTransport {
    package enum Answer: Sendable {
        case status(Int, headers: HTTPHeaders = [:], body: String = "")
        /// Nothing arrives there.
        case refuses
        /// The request arrives, and the connection breaks before an answer.
        case breaksOff
        /// The request arrives, and nothing is ever answered.
        case hangs
    }

    private struct State {
        /// Given one after the other, by the beginning of the address; then 200.
        var answers: [String: [Answer]] = [:]
        /// Given for ever.
        var constant: [String: Answer] = [:]
        var arrived: [HTTPRequest] = []
    }

    private let state = Mutex(State())

    package init() {}

    package func answer(_ address: String, _ answers: Answer...) { state.withLock { $0.answers[address] = answers } }
    package func always(_ address: String, _ answer: Answer?) { state.withLock { $0.constant[address] = answer } }

    /// What arrived at addresses that begin so, in its order.
    package func arrived(_ address: String = "") -> [HTTPRequest] {
        state.withLock { $0.arrived.filter { $0.url.hasPrefix(address) } }
    }

    package func keys(_ address: String = "") -> [String] {
        arrived(address).map { $0.headers["Idempotency-Key"] ?? "" }
    }

    package func bodies(_ address: String = "") -> [JSONValue] {
        arrived(address).map { (try? JSONValue(decoding: $0.body ?? Data(), at: "test")) ?? .null }
    }

    package func send(_ request: HTTPRequest) async throws(Fault) -> HTTPResponse {
        let answer = state.withLock { state -> Answer in
            var answer = Answer.status(200, body: "{}")
            if let constant = state.constant.first(where: { request.url.hasPrefix($0.key) }) {
                answer = constant.value
            } else if let key = state.answers.keys.first(where: { request.url.hasPrefix($0) }),
                let next = state.answers[key]?.first
            {
                state.answers[key]?.removeFirst()
                answer = next
            }
            if case .refuses = answer { return answer }
            state.arrived.append(request)
            return answer
        }
        switch answer {
        case .status(let status, let headers, let body):
            return HTTPResponse(status: status, headers: headers, body: Data(body.utf8))
        case .refuses: throw Fault(.unreachable, "the connection was refused", at: "hook", next: "Start it")
        case .breaksOff: throw Fault(.uncertain, "the connection broke", at: "hook", next: "Look at it")
        case .hangs:
            await Self.untilCancelled()
            throw Fault(.uncertain, "no complete answer came", at: "hook", next: "Look at it")
        }
    }

    private static func untilCancelled() async {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        for await _ in stream {}
        continuation.finish()
    }
}
