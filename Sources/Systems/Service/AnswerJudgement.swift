import FailoverModel
import Foundation

/// Says in words what is wrong with an answer: its status, its JSON, or how long it took.
struct AnswerJudgement {
    let item: AcceptanceItem
    let answer: HTTPResponse

    /// `nil` where the answer is what it should be.
    var flaw: (seen: String, fix: String)? { wrongStatus ?? wrongContent ?? tooSlow }

    private var wrongStatus: (String, String)? {
        let status = Int64(answer.status)
        guard let wanted = item.status, status != wanted else { return nil }
        switch (status, error.code, error.text) {
        case (429, "M_UNKNOWN", "Server is unavailable"):
            return (
                "answers 429 \"Server is unavailable\": HAProxy has no backend, so Synapse does not run or is not ready",
                "See the Synapse pods, and HAProxy's log"
            )
        case (429, _, _):
            return ("answers 429\(shownError): it was asked too often", "Ask again later, or see the rate limits")
        case (401, _, _) where item.isProbes, (403, _, _) where item.isProbes:
            return (
                "answers \(status)\(shownError): the probe user's access token is not accepted",
                "Make a new token, and put it where \"accessTokenFile\" of \"probe\" says"
            )
        case (503, nil, _):
            return (
                "answers 503: the ingress has nothing ready behind this host", "See the workload's pods and its Service"
            )
        case (404, nil, _):
            return (
                "answers 404: the ingress does not know this host or path",
                "Compare the hosts in the topology with kubectl get ingress"
            )
        case (500...599, _, _):
            return (
                "answers \(status)\(shownError), expected is \(wanted)",
                "See the log of what answers there; Synapse answers so where its database does not"
            )
        default:
            return (
                "answers \(status)\(shownError), expected is \(wanted)", "See what answers at this host and path"
            )
        }
    }

    private var wrongContent: (String, String)? {
        guard item.isJSON else { return nil }
        guard let json else {
            return ("answers \(answer.status), but not with JSON", "See what answers at this host and path")
        }
        let flaws = item.values.compactMap { $0.flaw(in: json) }
        guard let flaw = flaws.first else { return nil }
        let more = flaws.count > 1 ? " (and \(flaws.count - 1) more)" : ""
        return ("is wrong: \(flaw)\(more)", "Compare the values of this site with those of the site that served")
    }

    private var tooSlow: (String, String)? {
        guard answer.milliseconds > item.latencyMilliseconds else { return nil }
        return (
            "is slow: its answer took \(answer.milliseconds) ms, and at most \(item.latencyMilliseconds) ms are allowed",
            "See the load of the site, or correct \"latency\" in the topology"
        )
    }

    var json: JSONValue? { try? JSONValue(decoding: answer.body, at: item.title) }

    /// Matrix' own error, which says more than the status.
    private var error: (code: String?, text: String?) {
        guard answer.body.count < 65_536, let json else { return (nil, nil) }
        return (json["errcode"]?.text, json["error"]?.text)
    }

    private var shownError: String {
        guard let code = error.code else { return "" }
        let text = error.text.map { ": \($0.onOneLine(limit: 100))" } ?? ""
        return " (\(code.onOneLine(limit: 40))\(text))"
    }
}
