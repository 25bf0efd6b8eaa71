package import FailoverModel

/// How one Secret of a site stands to the same one of the reference site. Names only, never values.
package struct SecretDifference: Equatable, Sendable {
    /// What it is for, which decides how much a difference matters.
    package enum Role: String, Equatable, Sendable {
        /// The chart's own; where it is not the same, the chart makes another homeserver of it.
        case generated
        /// The chart's record of how far migrations have come.
        case markers
        /// A certificate may differ between sites, as long as there is one.
        case certificate
        case other
    }

    package var id: SecretID
    package var role: Role
    package var verdict: SecretVerdict.Verdict
    /// Names of keys (for `wrongLabel`, of labels), sorted.
    package var keys: [String]
    /// What else a person wants to know: which keys are only on one side, fingerprints, an identifying label.
    package var remark: String?
    /// Whether the site has it; known where the site answered.
    package var isThere: Bool
    /// The same of the reference site.
    package var isAtReference: Bool
    /// Holds a signing key that the chart's hook would replace at each site by another one.
    package var hasKeyToRotate: Bool
    /// What the site would serve with, where it is a certificate.
    package var certificate: ServedCertificate?
    /// The same of the reference site.
    package var referenceCertificate: ServedCertificate?

    package init(
        id: SecretID, role: Role, verdict: SecretVerdict.Verdict, keys: [String] = [], remark: String? = nil,
        isThere: Bool = true, isAtReference: Bool = true, hasKeyToRotate: Bool = false,
        certificate: ServedCertificate? = nil, referenceCertificate: ServedCertificate? = nil
    ) {
        self.id = id
        self.role = role
        self.verdict = verdict
        self.keys = keys
        self.remark = remark
        self.isThere = isThere
        self.isAtReference = isAtReference
        self.hasKeyToRotate = hasKeyToRotate
        self.certificate = certificate
        self.referenceCertificate = referenceCertificate
    }

    /// `ess-generated (SYNAPSE_SIGNING_KEY)`.
    var title: String { keys.isEmpty ? "\(id)" : "\(id) (\(keys.joined(separator: ", ")))" }
}
