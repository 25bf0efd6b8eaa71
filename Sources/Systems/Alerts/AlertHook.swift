import Crypto
package import FailoverModel
import Foundation

/// Something that a person should know of: a check that fails, or one that does so no longer.
package struct Alert: Equatable, Sendable {
    package var result: CheckResult
    package var isOver: Bool

    package init(result: CheckResult, isOver: Bool) {
        self.result = result
        self.isOver = isOver
    }
}

/// Sends alerts to the topology's hooks.
package struct AlertSender: Sendable {
    private let topology: Topology
    private let secrets: any SecretSource
    private let transport: any HTTPTransport

    package init(topology: Topology, secrets: any SecretSource, transport: any HTTPTransport = HTTPClient()) {
        self.topology = topology
        self.secrets = secrets
        self.transport = transport
    }

    package var hooks: [AlertHook] { topology.alerts }

    /// Throws what kept it from being taken. The address may be a secret, so it is in no fault.
    package func send(_ alerts: [Alert], to hook: AlertHook, at moment: Moment) async throws(Fault) {
        let place = "alert hook \(hook.name) (\(hook.form.rawValue))"
        let url: String
        switch hook.url {
        case .plain(let text): url = text
        case .secret(let reference): url = try secrets.value(of: reference).reveal()
        }
        guard url.hasPrefix("https://") || url.hasPrefix("http://") else {
            throw Fault(
                .invalid, "its address does not begin with https:// or http://", at: place,
                next: "Correct the hook in the topology, or the file that holds its address")
        }
        let body = try body(alerts, hook, moment).encoded(at: place)
        var headers: HTTPHeaders = ["Content-Type": "application/json", "User-Agent": "handover"]
        if let reference = hook.secret {
            let key = SymmetricKey(data: Data(try secrets.value(of: reference).reveal().utf8))
            let code = HMAC<SHA256>.authenticationCode(for: body, using: key)
            headers.add("X-Handover-Signature", "sha256=" + code.map { Self.hexadecimal($0) }.joined())
        }
        let limits = HTTPLimits(totalMilliseconds: 10_000, connectMilliseconds: 3_000, bodyBytes: 64 * 1024)
        let answer: HTTPResponse
        do throws(Fault) {
            answer = try await transport.send(HTTPRequest(.post, url, headers: headers, body: body, limits: limits))
        } catch {
            throw Fault(
                error.kind, error.what.replacing(url, with: "<address>"), at: place,
                next: "Check that this machine can reach it")
        }
        guard (200..<300).contains(answer.status) else {
            throw Fault(
                .rejected, "it answers \(answer.status)", at: place, next: "Check its address, its form and its secret")
        }
    }

    private func body(_ alerts: [Alert], _ hook: AlertHook, _ moment: Moment) -> JSONValue {
        switch hook.form {
        case .json:
            return [
                "source": "handover", "topology": .string(topology.name), "at": .string(moment.description),
                "alerts": .array(
                    alerts.map { alert in
                        [
                            "state": .string(alert.isOver ? "resolved" : "firing"), "id": .string(alert.result.id),
                            "site": .string(alert.result.site), "verdict": .string(alert.result.verdict.rawValue),
                            "seen": .string(alert.result.seen), "why": .string(alert.result.why),
                            "fix": .string(alert.result.fix),
                        ]
                    }),
            ]
        case .slack:
            let lines = alerts.map { alert in
                alert.isOver
                    ? "over: \(alert.result.id) at \(alert.result.site)"
                    : "\(alert.result.verdict.rawValue): \(alert.result.id) at \(alert.result.site): \(alert.result.seen)"
            }
            return ["text": .string("handover, \(topology.name):\n" + lines.joined(separator: "\n"))]
        case .alertmanager:
            return .array(
                alerts.map { alert in
                    var fields: [String: JSONValue] = [
                        "labels": [
                            "alertname": "HandoverCheck", "check": .string(alert.result.id),
                            "site": .string(alert.result.site), "topology": .string(topology.name),
                            "severity": alert.result.verdict == .failing ? "critical" : "warning",
                        ],
                        "annotations": [
                            "summary": .string(alert.result.seen), "description": .string(alert.result.fix),
                        ],
                    ]
                    fields[alert.isOver ? "endsAt" : "startsAt"] = .string(moment.description)
                    return .object(fields)
                })
        }
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
}
