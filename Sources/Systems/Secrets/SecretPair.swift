import FailoverModel

/// One Secret as two sites have it.
struct SecretPair: Sendable {
    var id: SecretID
    var reference: SecretObject?
    var site: SecretObject?
    /// Whether it has the name of the chart's generated Secret, whatever its labels say.
    var isGenerated: Bool
    /// Keys that differ on purpose.
    var ownKeys: Set<String>
    /// Hosts that Ingresses serve with it, at the reference and at the site; `nil` where none uses it.
    var hosts: (reference: Set<String>?, site: Set<String>?) = (nil, nil)
    var now = Moment(microseconds: 0)

    var role: SecretDifference.Role {
        if id.kind == .configMap { return .markers }
        if isGenerated || [reference, site].contains(where: { $0?.isGenerated ?? false }) { return .generated }
        if hosts.reference != nil || hosts.site != nil { return .certificate }
        return (reference ?? site)?.type == "kubernetes.io/tls" ? .certificate : .other
    }

    private func certificate(_ object: SecretObject?, _ hosts: Set<String>?) -> ServedCertificate? {
        guard role == .certificate, let object else { return nil }
        return ServedCertificate(object.values, hosts: hosts ?? [], at: now)
    }

    /// The verdict where one of the sites did not answer.
    var unknown: SecretDifference { make(.unknown) }

    /// How the site stands to the reference; one that neither has is missing.
    func difference(_ digests: SecretDigests) -> SecretDifference {
        guard let reference else { return make(site == nil ? .missing : .extra) }
        guard let site else { return make(.missing) }
        guard reference.type == site.type else {
            return make(.wrongType, remark: "it is of type \(shown(site.type)), not \(shown(reference.type))")
        }
        let keys = differingKeys(digests)
        guard keys.all.isEmpty else { return make(.differs, keys: keys.all, remark: remark(keys)) }
        let labels = wrongLabels
        guard labels.isEmpty else {
            let wanted = labels.map { "\($0) is \(shown(site.labels[$0])), not \(shown(reference.labels[$0]))" }
            return make(.wrongLabel, keys: labels, remark: wanted.joined(separator: "; "))
        }
        return make(.inSync)
    }

    /// Labels by which the chart and the cluster know the object, and that are not the reference's.
    var wrongLabels: [String] {
        ChartSecrets.identifying.filter { reference?.labels[$0] != site?.labels[$0] }
    }

    struct Keys {
        var differing: [String] = []
        var missing: [String] = []
        var extra: [String] = []

        var all: [String] { (differing + missing + extra).sorted() }
    }

    /// The keys whose values are not the same, and those that only one side has.
    func differingKeys(_ digests: SecretDigests) -> Keys {
        let (right, found) = (reference?.values ?? [:], site?.values ?? [:])
        var keys = Keys()
        for key in Set(right.keys).union(found.keys).subtracting(ownKeys).sorted() {
            switch (right[key], found[key]) {
            case (let one?, let other?):
                if !digests.areEqual(one, other, of: key, in: id) { keys.differing.append(key) }
            case (nil, _): keys.extra.append(key)
            case (_, nil): keys.missing.append(key)
            }
        }
        return keys
    }

    private func remark(_ keys: Keys) -> String? {
        var parts: [String] = []
        if !keys.missing.isEmpty { parts.append("not there: \(shown(keys.missing.joined(separator: ", ")))") }
        if !keys.extra.isEmpty { parts.append("only there: \(shown(keys.extra.joined(separator: ", ")))") }
        if role == .certificate, let one = reference?.values["tls.crt"].flatMap(CertificateFingerprint.short),
            let other = site?.values["tls.crt"].flatMap(CertificateFingerprint.short)
        {
            parts.append(
                one == other ? "the same certificate" : "another certificate (SHA-256 \(other)…, there \(one)…)")
        }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }

    private func make(
        _ verdict: SecretVerdict.Verdict, keys: [String] = [], remark: String? = nil
    ) -> SecretDifference {
        SecretDifference(
            id: id, role: role, verdict: verdict, keys: keys.map { shown($0) }, remark: remark, isThere: site != nil,
            isAtReference: reference != nil,
            hasKeyToRotate: [reference, site].contains { $0?.hasKeyToRotate ?? false },
            certificate: certificate(site, hosts.site), referenceCertificate: certificate(reference, hosts.reference))
    }

    private func shown(_ text: String?) -> String { (text ?? "not there").onOneLine(limit: 120) }
}
