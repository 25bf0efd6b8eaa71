package import FailoverModel

/// Whether a site may be activated with the Secrets it has. The chart's hook makes up whatever it does not find, a
/// signing key under the same id among it, so its Secrets must be proven to be the other site's before Helm runs.
package struct SecretsGate: Equatable, Sendable {
    package var verdict: Finding.Verdict
    package var sentence: String

    /// `accepted`: what named persons took responsibility for. `wasProven`: whether the run has compared the two before, so
    /// that the reference site may be away by now.
    package init(
        _ comparison: SecretsComparison, accepted: Set<String> = [], wasProven: Bool = false,
        judgesCertificates: Bool = true
    ) {
        let judgement = Self.judge(comparison)
        sentence = judgement.sentence
        switch judgement.refusal {
        case nil: verdict = .done
        case (Self.unprovenRule, _)? where wasProven:
            verdict = .done
            sentence += "; this run has proven it before"
        case (_, let acceptance?)? where accepted.contains(acceptance):
            verdict = .done
            sentence += "; a person answers for that"
        case (let rule, let acceptance)?: verdict = .refused(rule: rule, acceptance: acceptance)
        }
        if verdict == .done, judgesCertificates { askForCertificates(comparison, accepted) }
    }

    /// Where users would be refused for sure, a person decides; what is only near is for `handover check`.
    private mutating func askForCertificates(_ found: SecretsComparison, _ accepted: Set<String>) {
        let flawed = found.differences.compactMap { difference in
            difference.certificate?.flaw.map { "\(difference.id) (\($0))" }
        }
        guard !flawed.isEmpty else { return }
        let acceptance = "\(found.site)-certificates-flawed"
        let list = flawed.prefix(6).joined(separator: ", ")
        if accepted.contains(acceptance) {
            sentence += "; flawed certificates: \(list), and a person answers for that"
        } else {
            verdict = .refused(rule: "certificate-flawed", acceptance: acceptance)
            sentence =
                "users of \(found.site) would be refused for its certificates: \(list). "
                + "Renew them, or copy them: handover secrets sync --from \(found.reference) --to \(found.site)"
        }
    }

    package var mayPass: Bool { verdict == .done }

    /// What a person may answer for.
    var acceptance: String? {
        if case .refused(rule: _, let acceptance) = verdict { acceptance } else { nil }
    }

    /// Whether nothing is known to be wrong, and only the proof is missing.
    var isUnproven: Bool {
        if case .refused(rule: Self.unprovenRule, acceptance: _) = verdict { true } else { false }
    }

    private static let unprovenRule = "secrets-not-proven-equal"

    private struct Judgement {
        var refusal: (rule: String, acceptance: String?)?
        var sentence: String
    }

    /// The gravest first: what nobody can answer for comes before what a person may.
    private static func judge(_ found: SecretsComparison) -> Judgement {
        let (site, reference) = (found.site, found.reference)
        if let rotating = found.differences.first(where: \.hasKeyToRotate) {
            return Judgement(
                refusal: ("signing-key-would-be-rotated", nil),
                sentence:
                    "\(rotating.id) holds a signing key of version 0 (ed25519 0), which the chart replaces at each "
                    + "site by another one; let the chart rotate it at \(reference), then sync")
        }
        if found.siteAway != nil { return unproven(found, "\(site) does not answer, so its secrets are not known") }
        let generated = found.differences.filter { $0.role == .generated }
        guard found.referenceAway == nil else {
            guard generated.contains(where: \.isThere) else {
                return Judgement(
                    refusal: ("generated-secret-missing", nil),
                    sentence: "\(reference) does not answer, and \(site) has no generated secret "
                        + "(\(titles(generated))): the chart would invent another signing key")
            }
            return unproven(
                found, "\(reference) does not answer, so the secrets of \(site) are not proven equal to its")
        }
        return known(found, generated)
    }

    private static func known(_ found: SecretsComparison, _ generated: [SecretDifference]) -> Judgement {
        let (site, reference) = (found.site, found.reference)
        // One that neither site has is not wrong here, but a question about the reference.
        let wrong = generated.filter { $0.verdict != .inSync && $0.verdict != .extra && $0.isAtReference }
        if !wrong.isEmpty {
            return Judgement(
                refusal: ("generated-secret-differs", nil),
                sentence: "generated secrets of \(site) are not those of \(reference): \(list(wrong)). "
                    + "First: handover secrets sync --from \(reference) --to \(site)")
        }
        guard generated.contains(where: { $0.verdict == .inSync }) else {
            return Judgement(
                refusal: ("no-generated-secret", "\(reference)-has-no-generated-secret"),
                sentence: "\(reference) has no generated secret (\(titles(generated))); check release and namespace in "
                    + "the topology, or say that none is right")
        }
        let others = found.differences.filter { $0.role != .generated && isWrong($0) }
        if !others.isEmpty {
            return Judgement(
                refusal: ("secrets-differ", "\(site)-secrets-differ"),
                sentence: "secrets of \(site) are not those of \(reference): \(list(others)). "
                    + "First: handover secrets sync --from \(reference) --to \(site)")
        }
        return Judgement(refusal: nil, sentence: praise(found))
    }

    private static func isWrong(_ difference: SecretDifference) -> Bool {
        switch difference.verdict {
        case .inSync, .extra: false
        case .missing, .wrongType, .unknown: true
        case .differs, .wrongLabel: difference.role != .certificate
        }
    }

    private static func unproven(_ found: SecretsComparison, _ sentence: String) -> Judgement {
        Judgement(refusal: (unprovenRule, "\(found.site)-secrets-unproven"), sentence: sentence)
    }

    private static func praise(_ found: SecretsComparison) -> String {
        let notes = found.differences.filter { $0.verdict != .inSync }
        let equal = found.differences.count - notes.count
        let equality = equal == 1 ? "1 secret of \(found.site) is" : "\(equal) secrets of \(found.site) are"
        return "\(equality) proven equal to the same of \(found.reference)"
            + (notes.isEmpty ? "" : "; not the same, and need not be: \(list(notes))")
    }

    private static func titles(_ differences: [SecretDifference]) -> String {
        differences.map(\.id.description).joined(separator: ", ")
    }

    /// Names, keys and verdicts, for a sentence.
    static func list(_ differences: [SecretDifference]) -> String {
        differences.prefix(12).map { "\($0.title) \($0.verdict.words)" }.joined(separator: ", ")
            + (differences.count > 12 ? " and \(differences.count - 12) more" : "")
    }
}

extension StepContext {
    /// Whether a step of this very run has proven a site's Secrets to be those of another.
    func hasProvenSecrets(of site: String, likeThoseOf reference: String) -> Bool {
        // A settlement also sees what the run that it pays for found, on another day.
        debtor == nil
            && history.values.contains {
                $0["command"]?.text == SecretsCheckCommand.name && $0["site"]?.text == site
                    && $0["reference"]?.text == reference && $0["isProven"]?.flag == true
            }
    }

    /// For a site's generated Secrets that cannot be compared now: when the journal last had proof of them.
    func lastProof(of found: SecretsComparison) -> String {
        let generated = found.differences.filter { $0.role == .generated }
        let times = generated.map { recorded.secretsInSync["\(found.site)|\($0.id)"] }
        guard let earliest = times.compactMap(\.self).min(), !times.contains(nil) else {
            return "; the journal has no proof of an earlier day either"
        }
        return "; last proven equal at \(earliest)"
    }
}

extension SecretVerdict.Verdict {
    /// As a sentence has it after a Secret's name.
    package var words: String {
        switch self {
        case .inSync: "is in sync"
        case .differs: "differs"
        case .missing: "is missing"
        case .extra: "is only there"
        case .wrongLabel: "has a wrong label"
        case .wrongType: "has a wrong type"
        case .unknown: "is not known"
        }
    }
}
