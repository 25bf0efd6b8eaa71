import FailoverModel
import Systems

/// What `secrets status` found, for people and, as the contract that scripts read, with `--json`.
struct SecretsDocument {
    let reference: String
    let comparisons: [SecretsComparison]
    /// What the journal knows, by `site|name`: when each was last proven in sync.
    let last: [String: SecretProjection.Status]

    func status(_ difference: SecretDifference, of site: String) -> SecretProjection.Status? {
        last["\(site)|\(difference.id)"]
    }

    func json(endingWith status: ExitStatus) -> JSONValue {
        [
            "reference": .string(reference), "sites": .array(comparisons.map(site)),
            "secrets": .array(comparisons.flatMap { found in found.differences.map { secret($0, found.site) } }),
            "exitCode": .integer(Int64(status.rawValue)),
        ]
    }

    private func site(_ found: SecretsComparison) -> JSONValue {
        let gate = SecretsGate(found)
        let away = found.siteAway ?? found.referenceAway
        return [
            "site": .string(found.site), "mayBeActivated": .bool(gate.mayPass), "sentence": .string(gate.sentence),
            "unreachable": away.map { ["what": .string($0.what), "place": .string($0.place)] } ?? .null,
        ]
    }

    private func secret(_ difference: SecretDifference, _ site: String) -> JSONValue {
        let status = status(difference, of: site)
        return [
            "name": .string(difference.id.description), "site": .string(site),
            "verdict": .string(difference.verdict.rawValue), "keys": .array(difference.keys.map(JSONValue.string)),
            "role": .string(difference.role.rawValue), "remark": JSONValue(difference.remark),
            "observedAt": JSONValue(status?.observedAt), "lastInSyncAt": JSONValue(status?.lastInSyncAt),
            "certificate": difference.certificate.map(certificate) ?? .null,
        ]
    }

    private func certificate(_ served: ServedCertificate) -> JSONValue {
        [
            "fingerprint": JSONValue(served.fingerprint), "endsAt": JSONValue(served.endsAt),
            "daysLeft": JSONValue(served.daysLeft), "flaw": JSONValue(served.flaw), "doubt": JSONValue(served.doubt),
            "uncoveredHosts": .array(served.uncoveredHosts.map(JSONValue.string)),
        ]
    }
}
