import FailoverModel
import Systems

/// What `secrets status` shows to people: a line a Secret, then a sentence a site.
enum SecretsView {
    static func render(_ document: SecretsDocument, now: Moment, style: TerminalStyle) -> String {
        var table = TerminalTable(["SECRET", "SITE", "VERDICT", "REMARK"])
        for found in document.comparisons {
            for difference in found.differences {
                table.add([
                    .init(difference.id.description), .init(found.site),
                    .init(difference.verdict.words, colour(difference.verdict)),
                    .init(remark(difference, document.status(difference, of: found.site), now)),
                ])
            }
        }
        let sites = document.comparisons.map { found in
            let gate = SecretsGate(found)
            let away = [found.referenceAway, found.siteAway].compactMap { $0?.description }.map { " (\($0))" }
            let mark = gate.mayPass ? "ok" : "not ok"
            return style.paint(mark, gate.mayPass ? .green : .red)
                + " \(found.site): \(gate.sentence)\(away.joined())".shownSafely
        }
        return (["Compared with \(document.reference):"] + table.lines(style) + sites).joined(separator: "\n")
    }

    private static func colour(_ verdict: SecretVerdict.Verdict) -> TerminalStyle.Colour {
        switch verdict {
        case .inSync: .green
        case .unknown, .extra: .yellow
        case .differs, .missing, .wrongLabel, .wrongType: .red
        }
    }

    private static func remark(
        _ difference: SecretDifference, _ status: SecretProjection.Status?, _ now: Moment
    ) -> String {
        var parts: [String] = []
        if !difference.keys.isEmpty { parts.append(difference.keys.joined(separator: ", ")) }
        if let remark = difference.remark { parts.append(remark) }
        if let words = difference.certificate?.words, !words.isEmpty { parts.append(words) }
        if difference.verdict != .inSync, let last = status?.lastInSyncAt {
            parts.append("last in sync \(SpanText.ago(last, now: now))")
        }
        return parts.joined(separator: "; ")
    }
}
