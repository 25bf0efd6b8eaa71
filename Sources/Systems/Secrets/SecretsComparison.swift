package import FailoverModel

/// What a comparison of a site's Secrets with those of a reference site found.
package struct SecretsComparison: Equatable, Sendable {
    /// The site that counts as right.
    package var reference: String
    package var site: String
    /// By name.
    package var differences: [SecretDifference]
    /// Why the reference could not be looked at; then every verdict is `unknown`.
    package var referenceAway: Fault?
    /// Why the site itself could not be looked at; the same.
    package var siteAway: Fault?

    package init(
        reference: String, site: String, differences: [SecretDifference], referenceAway: Fault? = nil,
        siteAway: Fault? = nil
    ) {
        self.reference = reference
        self.site = site
        self.differences = differences
        self.referenceAway = referenceAway
        self.siteAway = siteAway
    }

    /// What the journal keeps of it.
    package var event: SecretsCompared {
        SecretsCompared(
            reference: reference, site: site,
            verdicts: differences.map { SecretVerdict(name: $0.id.description, verdict: $0.verdict, keys: $0.keys) })
    }
}

extension SecretsComparison {
    /// Compares what was read; `nil` stands for a site that did not answer.
    init(
        reference: (site: String, secrets: SiteSecrets?), site: (site: String, secrets: SiteSecrets?),
        scope: SecretScope, away: (reference: Fault?, site: Fault?) = (nil, nil), at now: Moment
    ) {
        let digests = SecretDigests()
        var ids = Set(scope.names.map { SecretID(.secret, $0) })
        for secrets in [reference.secrets, site.secrets] {
            guard let secrets else { continue }
            ids.formUnion(secrets.objects.keys)
            ids.insert(ChartSecrets.generated(release: secrets.release))
        }
        let differences = ids.sorted().compactMap { id -> SecretDifference? in
            let pair = SecretPair(
                id: id, reference: reference.secrets?.objects[id], site: site.secrets?.objects[id],
                isGenerated: [reference.secrets, site.secrets].contains { secrets in
                    secrets.map { ChartSecrets.generated(release: $0.release) == id } ?? false
                }, ownKeys: Set(scope.ownKeys[id.name] ?? []),
                hosts: (reference.secrets?.hosts(of: id), site.secrets?.hosts(of: id)), now: now)
            guard reference.secrets != nil, site.secrets != nil else { return pair.unknown }
            return pair.difference(digests)
        }
        self.init(
            reference: reference.site, site: site.site, differences: differences, referenceAway: away.reference,
            siteAway: away.site)
    }
}
