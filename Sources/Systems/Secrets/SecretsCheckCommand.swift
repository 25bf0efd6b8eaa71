import FailoverModel

/// `secrets.check`: refuses to go on while the site's Secrets are not proven to be those of the site that
/// served so far.
struct SecretsCheckCommand: StepCommand {
    static let name = "secrets.check"
    let secrets: SecretsAccess

    func examine(_ context: StepContext) async throws(Fault) -> Finding {
        let reference = context.site == context.from ? context.to : context.from
        guard context.topology.site(named: reference)?.kubernetes != nil else {
            throw Fault(
                .invalid, "the topology gives it no kubernetes, so there is nothing to compare with",
                at: "site \(reference)",
                next: "Add kubernetes: to the site, or take the step out of the runbook.")
        }
        let found = try await secrets.compare(reference: reference, site: context.site)
        if let away = found.siteAway { throw away }
        var gate = SecretsGate(found, accepted: context.accepted)
        let evidence = found.referenceAway == nil ? "" : context.lastProof(of: found) + (await evidence(context))
        var isLeftToLater = gate.isUnproven && context.parameters["mayBeUnproven"]?.flag == true
        if isLeftToLater {
            // Only the missing proof is left to later: what would be refused then for another reason is refused now.
            let later = SecretsGate(found, accepted: context.accepted.union(gate.acceptance.map { [$0] } ?? []))
            if !later.mayPass { (gate, isLeftToLater) = (later, false) }
        }
        return Finding(
            isLeftToLater ? .done : gate.verdict, gate.sentence + evidence,
            facts: facts(found, isProven: gate.mayPass && found.referenceAway == nil),
            comparisons: [found.event])
    }

    /// What a third site has is no proof, but helps the person who is asked.
    private func evidence(_ context: StepContext) async -> String {
        var words = ""
        for other in context.others where context.topology.site(named: other)?.kubernetes != nil {
            guard let found = try? await secrets.compare(reference: other, site: context.site),
                found.referenceAway == nil, found.siteAway == nil
            else { continue }
            let wrong = found.differences.filter { $0.role != .certificate && $0.verdict != .inSync }
            words +=
                wrong.isEmpty
                ? ". They are those of \(other)" : ". Not those of \(other): \(SecretsGate.list(wrong))"
        }
        return words
    }

    /// Nothing is ever done: what is not equal is for `handover secrets sync`, which a person begins.
    func act(_ context: StepContext, on finding: Finding) async throws(Fault) {}

    private func facts(_ found: SecretsComparison, isProven: Bool) -> JSONValue {
        let verdicts = found.differences.map { ($0.id.description, JSONValue.string($0.verdict.rawValue)) }
        return [
            "command": .string(Self.name), "site": .string(found.site), "isProven": .bool(isProven),
            "reference": .string(found.reference), "away": JSONValue(found.referenceAway?.what),
            "verdicts": .object(Dictionary(verdicts) { first, _ in first }),
        ]
    }
}

/// The step commands of this system by the name that runbooks use.
package enum SecretsCommands {
    package static func all(secrets: SecretsAccess) -> [String: any StepCommand] {
        [SecretsCheckCommand.name: SecretsCheckCommand(secrets: secrets)]
    }
}
