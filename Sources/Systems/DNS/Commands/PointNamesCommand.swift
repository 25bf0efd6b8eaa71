import FailoverModel

/// `dns.point`: the users' names lead to the site, as every authoritative server answers.
struct PointNamesCommand: StepCommand {
    static let name = "dns.point"
    let access: DNSAccess

    func examine(_ context: StepContext) async throws(Fault) -> Finding { try await look(context, context.remembered) }

    func verify(_ context: StepContext, after finding: Finding) async throws(Fault) -> Finding {
        try await look(context, context.remembered ?? finding.facts)
    }

    func act(_ context: StepContext, on finding: Finding) async throws(Fault) { try await write(context, finding) }

    private func look(_ context: StepContext, _ earlier: JSONValue?) async throws(Fault) -> Finding {
        let (zone, records) = try goal(context)
        let earlier = RememberedRecords(facts: earlier)
        let names = records.names
        let picture = try await access.look(at: names, in: zone)
        let wanted = picture.keepingProxies(records)
        let remembered = RememberedRecords(
            before: earlier?.before ?? picture.source, found: picture.source, wanted: wanted, names: names,
            staleSeconds: earlier?.staleSeconds ?? picture.staleSeconds(until: wanted))
        let judgement = try ZoneJudgement(picture, wanted: wanted, accepted: context.accepted, zone: zone.name)
        let facts = remembered.facts(command: Self.name, site: context.site, zone: zone.name)
        let stale = earlier == nil ? "" : staleness(remembered.staleSeconds)
        var finding = judgement.finding(facts, done: "lead to \(context.site)", note: stale)
        if finding.verdict == .done { finding.sentence += context.unstoppedExternalDNS }
        return finding
    }

    /// Old answers may have been given until the moment in which every server was seen to be new.
    private func staleness(_ seconds: Int64) -> String {
        guard seconds > 0 else { return "" }
        let end = access.now().advanced(byMilliseconds: seconds * 1000 + 999)
        return "; old answers may live in caches until \(end.description.prefix(19))Z"
    }

    private func goal(_ context: StepContext) throws(Fault) -> (DNSZone, [DNSRecordSet]) {
        guard let zone = context.topology.dns, let site = context.topology.site(named: context.site), !site.dns.isEmpty
        else {
            throw Fault(
                .invalid, "the topology does not say what its names lead to", at: "site \(context.site)",
                next: "Add \"dns:\" to the topology and to the site, or take the step out of the runbook.")
        }
        return (zone, site.dns)
    }

    private func write(_ context: StepContext, _ finding: Finding) async throws(Fault) {
        let (zone, _) = try goal(context)
        guard let records = RememberedRecords(facts: finding.facts) else { return }
        try await access.writer(for: zone).write(ZoneChange(found: records.found, wanted: records.wanted))
    }

    // MARK: Undo

    func examineUndo(_ context: StepContext) async throws(Fault) -> Finding {
        guard let remembered = RememberedRecords(facts: context.remembered) else {
            return Finding(.done, "no records are remembered, so no name was pointed anywhere")
        }
        let (zone, _) = try goal(context)
        let picture = try await access.look(at: remembered.names, in: zone)
        var target: [DNSRecordSet] = []
        var left: [String] = []
        for name in remembered.names {
            let (now, ours) = (picture.source.sets(of: name), remembered.wanted.sets(of: name))
            let isOurs = now == ours || now == remembered.before.sets(of: name)
            target += (isOurs ? remembered.before : picture.source).filter { $0.name == name }
            if !isOurs { left.append("\(name) is \(picture.source.words(for: name))") }
        }
        let records = RememberedRecords(
            before: remembered.before, found: picture.source, wanted: target, names: remembered.names,
            staleSeconds: remembered.staleSeconds)
        let judgement = try ZoneJudgement(picture, wanted: target, accepted: context.accepted, zone: zone.name)
        return judgement.finding(
            records.facts(command: Self.name, site: context.site, zone: zone.name), done: "are as they were found",
            note: left.isEmpty ? "" : "; changed by somebody since, and left alone: \(left.joined(separator: "; "))")
    }

    func undo(_ context: StepContext, on finding: Finding) async throws(Fault) { try await write(context, finding) }
}

extension [DNSRecordSet] {
    /// The names, in order.
    var names: [String] {
        var names: [String] = []
        for set in self where !names.contains(set.name) { names.append(set.name) }
        return names
    }
}

/// The step commands of this system by the name that runbooks use.
package enum DNSCommands {
    package static func all(access: DNSAccess) -> [String: any StepCommand] {
        [PointNamesCommand.name: PointNamesCommand(access: access)]
    }
}
