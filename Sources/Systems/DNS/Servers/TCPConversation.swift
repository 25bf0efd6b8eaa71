import FailoverModel
import Glibc

/// Messages to one server and their answers, one after the other on one connection; blocks its thread.
struct TCPConversation: Sendable {
    let server: DNSZone.Server
    let effect: DNSEffect
    let wake: WakeSignal
    let limits: DNSLimits

    func answers(to messages: [[UInt8]]) throws(Fault) -> [[UInt8]] {
        let deadline = ContinuousClock.now + .milliseconds(limits.totalMilliseconds)
        var answers: [[UInt8]] = []
        var isSent = false
        do throws(TCPStream.Ending) {
            var stream = try connect(until: deadline)
            var isFresh = true
            while answers.count < messages.count {
                let message = messages[answers.count]
                do throws(TCPStream.Ending) {
                    isSent = false
                    try stream.send([UInt8(message.count >> 8 & 0xFF), UInt8(message.count & 0xFF)] + message)
                    isSent = true
                    let length = try stream.receive(2)
                    answers.append(try stream.receive(Int(length[0]) << 8 | Int(length[1])))
                    isFresh = false
                } catch {
                    // A server may close a connection after any answer (RFC 7766 §6.2.3); a question is then asked again.
                    guard !isFresh, effect == .reads, error.mayBeFarewell else { throw error }
                    stream = try connect(until: deadline)
                    isFresh = true
                }
            }
        } catch {
            throw fault(error, isSent: isSent)
        }
        return answers
    }

    private func connect(until deadline: ContinuousClock.Instant) throws(TCPStream.Ending) -> TCPStream {
        try TCPStream(
            to: server, wake: wake, connectBy: .now + .milliseconds(limits.connectMilliseconds), until: deadline)
    }

    private func fault(_ ending: TCPStream.Ending, isSent: Bool) -> Fault {
        let place = "name server \(server)"
        let (what, next) = words(ending, isSent: isSent)
        guard isSent, effect == .changes else { return Fault(.unreachable, what, at: place, next: next) }
        return Fault(
            .uncertain, "\(what); the update was sent and may have taken effect", at: place,
            next: "Resume: the records are looked at before anything is sent again.")
    }

    private func words(_ ending: TCPStream.Ending, isSent: Bool) -> (String, String) {
        let network = "Check the network to it, and that firewalls let TCP through to port \(server.port)."
        switch ending {
        case .late where isSent:
            return ("no complete answer came within \(limits.totalMilliseconds) ms", "Check the server's load and log.")
        case .late: return ("no connection could be made in time", network)
        case .cancelled: return ("the request was cancelled", "Run it again.")
        case .closed: return ("the connection was closed before the answer was complete", "Check the server's log.")
        case .failed(ECONNREFUSED):
            return ("the connection was refused", "Check that the server runs and answers TCP on port \(server.port).")
        case .failed(EHOSTUNREACH), .failed(ENETUNREACH): return ("there is no route to it", network)
        case .failed(ECONNRESET), .failed(EPIPE): return ("the connection broke", "Check the server's log.")
        case .failed(let code): return ("the connection failed: \(String(cString: strerror(code)))", network)
        }
    }
}

extension TCPStream.Ending {
    /// Whether the other side may just have been done with the connection.
    fileprivate var mayBeFarewell: Bool {
        switch self {
        case .closed(after: 0), .failed(ECONNRESET), .failed(EPIPE): true
        case .closed, .failed, .late, .cancelled: false
        }
    }
}
