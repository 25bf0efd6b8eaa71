import FailoverModel
import Systems

/// What `check` found, for scripts: the contract of `--json`, and JUnit's XML.
enum CheckDocument {
    static func json(_ report: CheckReport, at moment: Moment) -> JSONValue {
        [
            "checks": .array(
                report.results.map { result in
                    [
                        "id": .string(result.id), "site": .string(result.site),
                        "verdict": .string(result.verdict.rawValue), "seen": .string(result.seen),
                        "why": .string(result.why), "fix": .string(result.fix),
                    ]
                }),
            "at": JSONValue(moment),
        ]
    }

    /// A test case a check. A warning is a case that passed, with its text as its output.
    static func junit(_ report: CheckReport) -> String {
        var lines = [
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
            "<testsuite name=\"handover check\" tests=\"\(report.results.count)\" failures=\"\(report.count(.failing))\" "
                + "errors=\"\(report.count(.unknown))\">",
        ]
        for result in report.results {
            let open = "  <testcase classname=\"\(escaped(result.site))\" name=\"\(escaped(result.id))\""
            let text = escaped(result.verdict == .ok ? result.seen : "\(result.seen). What to do: \(result.fix)")
            switch result.verdict {
            case .ok, .warning: lines.append("\(open)><system-out>\(text)</system-out></testcase>")
            case .failing: lines.append("\(open)><failure message=\"\(text)\"/></testcase>")
            case .unknown: lines.append("\(open)><error message=\"\(text)\"/></testcase>")
            }
        }
        return (lines + ["</testsuite>", ""]).joined(separator: "\n")
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text.shownSafely {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            default: escaped.append(character)
            }
        }
        return escaped
    }
}
