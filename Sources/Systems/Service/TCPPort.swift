import Dispatch
import FailoverModel
import Foundation

/// Whether a TCP port takes connections.
enum TCPPort {
    /// How long it took, in milliseconds, or why there is no connection.
    static func connect(
        to address: InternetAddress, port: UInt16, within milliseconds: Int64 = 3000
    ) async -> Result<Int64, Fault> {
        let wake = WakeSignal()
        let server = DNSZone.Server(address: address, port: port)
        // A queue of its own has a thread when it needs one: the wait starves nobody.
        let queue = DispatchQueue(label: "handover.port")
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                queue.async {
                    let start = ContinuousClock.now
                    let end = start + .milliseconds(milliseconds)
                    do throws(TCPStream.Ending) {
                        _ = try TCPStream(to: server, wake: wake, connectBy: end, until: end)
                        continuation.resume(returning: .success(start.duration(to: .now).wholeMilliseconds))
                    } catch { continuation.resume(returning: .failure(fault(error, server))) }
                }
            }
        } onCancel: {
            wake.fire()
        }
    }

    private static func fault(_ ending: TCPStream.Ending, _ server: DNSZone.Server) -> Fault {
        let what =
            switch ending {
            case .failed(errno: ECONNREFUSED): "is closed: the connection was refused"
            case .failed(errno: EHOSTUNREACH), .failed(errno: ENETUNREACH): "cannot be reached: there is no route to it"
            case .late, .cancelled: "does not answer"
            case .closed, .failed: "takes no connection"
            }
        return Fault(
            .unreachable, what, at: "TCP \(server.address) port \(server.port)",
            next: "See the SFU's pod and Service, the port in its values, and firewalls")
    }
}
