import FailoverModel

/// The checks of the certificates that the sites' Ingresses serve with, as their Secrets have them.
enum CertificateChecks {
    private static let check = Check(
        id: "secrets.certificate",
        why: "users are refused where a certificate is not right, and after a move nobody renews it there at first")

    /// Of the sites of a comparison; of the reference only where no other comparison tells of it.
    static func results(_ found: SecretsComparison, withReference: Bool) -> [CheckResult] {
        let there = withReference ? found.differences.map { ($0.id, $0.referenceCertificate) } : []
        let here = found.differences.map { ($0.id, $0.certificate) }
        return [(found.reference, there), (found.site, here)].compactMap { site, all in
            result(site, all.compactMap { id, certificate in certificate.map { (id, $0) } })
        }
    }

    private static func result(_ site: String, _ all: [(id: SecretID, certificate: ServedCertificate)]) -> CheckResult?
    {
        guard let soonest = all.compactMap(\.certificate.daysLeft).min() ?? (all.isEmpty ? nil : 0) else { return nil }
        func words(_ some: [(id: SecretID, certificate: ServedCertificate)]) -> String {
            some.prefix(4).map { "\($0.id): \($0.certificate.words)" }.joined(separator: "; ")
        }
        let wrong = all.filter { $0.certificate.isWrong }
        if !wrong.isEmpty {
            return check.failing(
                site, words(wrong),
                fix: "Put the right certificate there; handover secrets sync copies that of the site that serves")
        }
        let ending = all.filter { ($0.certificate.daysLeft ?? 0) < ServedCertificate.fewDays }
        if !ending.isEmpty {
            return check.warning(
                site, words(ending), fix: "Renew them where they are renewed, then: handover secrets sync")
        }
        return check.ok(
            site,
            "\(all.count == 1 ? "1 certificate has its key" : "\(all.count) certificates have their keys"), "
                + "\(soonest) days left")
    }
}
