import Foundation
import NIOConcurrencyHelpers

/// Something that goes wrong with a request on purpose.
package enum KubernetesFault: Sendable, Hashable {
    /// 429 with `Retry-After`.
    case throttle(retryAfterSeconds: Int)
    /// An error of the server: 500, 503 or 504.
    case fail(code: Int)
    /// A wait before the request is handled.
    case delay(milliseconds: Int)
    /// The answer's first half, and then the connection closes. The request itself was carried out.
    case cutConnection
}

/// The faults that the next requests about objects meet; discovery and health are left alone.
///
/// Tests set faults in process. Another process writes a file, which is read once and removed:
/// `{"faults":[{"kind":"throttle","requests":3,"retryAfterSeconds":1},{"kind":"fail","requests":2,"code":503},
/// {"kind":"delay","requests":1,"milliseconds":200},{"kind":"cut","requests":1}]}`
package final class KubernetesFaultSwitch: Sendable {
    private let filePath: String?
    private let waiting = NIOLockedValueBox<[(fault: KubernetesFault, requests: Int)]>([])

    init(filePath: String?) { self.filePath = filePath }

    /// Makes the next requests meet the fault, after faults that were set before.
    package func set(_ fault: KubernetesFault, forNextRequests requests: Int) {
        waiting.withLockedValue { $0.append((fault, requests)) }
    }

    /// Forgets every fault that has not happened yet.
    package func clear() { waiting.withLockedValue { $0 = [] } }

    /// The fault of this request, counted as used.
    func next() -> KubernetesFault? {
        readFile()
        return waiting.withLockedValue { waiting in
            waiting.removeAll { $0.requests <= 0 }
            guard let first = waiting.first else { return nil }
            waiting[0].requests -= 1
            return first.fault
        }
    }

    private func readFile() {
        guard let filePath, FileManager.default.fileExists(atPath: filePath),
            let data = try? Data(contentsOf: URL(filePath: filePath)), let value = try? APIValue(json: Array(data))
        else { return }
        try? FileManager.default.removeItem(atPath: filePath)
        for entry in value["faults"]?.items ?? [] {
            guard let fault = Self.fault(entry) else { continue }
            set(fault, forNextRequests: entry["requests"]?.int ?? 1)
        }
    }

    private static func fault(_ entry: APIValue) -> KubernetesFault? {
        switch entry["kind"]?.text {
        case "throttle": .throttle(retryAfterSeconds: entry["retryAfterSeconds"]?.int ?? 1)
        case "fail": .fail(code: entry["code"]?.int ?? 500)
        case "delay": .delay(milliseconds: entry["milliseconds"]?.int ?? 0)
        case "cut": .cutConnection
        default: nil
        }
    }
}
