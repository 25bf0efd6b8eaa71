import Crypto
package import FailoverModel

extension HookMessage {
    /// What `handover watch` found. The same alerts at the same moment have the same key.
    package init(_ alerts: [Alert], topology: String, at moment: Moment) {
        let lines = alerts.map { alert -> Line in
            let place = "\(alert.result.id) at \(alert.result.site)"
            return .text(
                alert.isOver ? "over: \(place)" : "\(alert.result.verdict.rawValue): \(place): \(alert.result.seen)")
        }
        let content = (["\(topology) \(moment)"] + alerts.map { "\($0.result.id) \($0.result.site) \($0.isOver)" })
            .joined(separator: "\n")
        let digest = SHA256.hash(data: Array(content.utf8)).prefix(12)
        self.init(
            key: "handover-check-" + digest.map(Self.hexadecimal).joined(), at: moment,
            lines: [.headline("handover, \(topology):")] + lines,
            document: ["alerts": .array(alerts.map(\.json))],
            signals: alerts.map { $0.signal(topology: topology, at: moment) })
    }

    static func hexadecimal(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }
}

extension Alert {
    fileprivate var json: JSONValue {
        [
            "state": .string(isOver ? "resolved" : "firing"), "id": .string(result.id), "site": .string(result.site),
            "verdict": .string(result.verdict.rawValue), "seen": .string(result.seen), "why": .string(result.why),
            "fix": .string(result.fix),
        ]
    }

    fileprivate func signal(topology: String, at moment: Moment) -> HookSignal {
        HookSignal(
            labels: [
                "alertname": "HandoverCheck", "check": result.id, "site": result.site, "topology": topology,
                "severity": result.verdict == .failing ? "critical" : "warning",
            ], summary: result.seen, description: result.fix, isOver: isOver, at: moment)
    }
}
