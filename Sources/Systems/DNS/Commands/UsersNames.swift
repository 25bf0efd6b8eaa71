import FailoverModel

/// What the commands that write the users' names have in common: looking, remembering, writing and putting back.
struct UsersNames: Sendable {
    let command: String
    let access: DNSAccess

    /// The zone, and what the site's names lead to when it serves.
    func goal(_ context: StepContext) throws(Fault) -> (DNSZone, [DNSRecordSet]) {
        guard let zone = context.topology.dns, let site = context.topology.site(named: context.site), !site.dns.isEmpty
        else {
            throw Fault(
                .invalid, "the topology does not say what its names lead to", at: "site \(context.site)",
                next: "Add \"dns:\" to the topology and to the site, or take the step out of the runbook.")
        }
        return (zone, site.dns)
    }

    /// What is to be done so that `wanted` is there, and until when answers from before may live. `earlier` is what the step
    /// remembers from its first look.
    func finding(
        _ context: StepContext, _ zone: DNSZone, _ picture: ZonePicture, wanted: [DNSRecordSet],
        earlier: RememberedRecords?, done: String
    ) throws(Fault) -> Finding {
        let remembered = RememberedRecords(
            before: earlier?.before ?? picture.source, found: picture.source, wanted: wanted, names: wanted.names,
            staleSeconds: earlier?.staleSeconds ?? picture.staleSeconds(until: wanted))
        let judgement = try ZoneJudgement(picture, wanted: wanted, accepted: context.accepted, zone: zone.name)
        let facts = remembered.facts(command: command, site: context.site, zone: zone.name)
        return judgement.finding(facts, done: done, note: earlier == nil ? "" : staleness(remembered.staleSeconds))
    }

    /// Old answers may have been given until the moment in which every server was seen to be new.
    private func staleness(_ seconds: Int64) -> String {
        guard seconds > 0 else { return "" }
        let end = access.now().advanced(byMilliseconds: seconds * 1000 + 999)
        return "; old answers may live in caches until \(end.description.prefix(19))Z"
    }

    func write(_ context: StepContext, _ finding: Finding) async throws(Fault) {
        let (zone, _) = try goal(context)
        guard let records = RememberedRecords(facts: finding.facts) else { return }
        try await access.writer(for: zone).write(ZoneChange(found: records.found, wanted: records.wanted))
    }

    func examineUndo(_ context: StepContext) async throws(Fault) -> Finding {
        guard let remembered = RememberedRecords(facts: context.remembered) else {
            return Finding(.done, "no records are remembered, so no name was changed")
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
            records.facts(command: command, site: context.site, zone: zone.name), done: "are as they were found",
            note: left.isEmpty ? "" : "; changed by somebody since, and left alone: \(left.joined(separator: "; "))")
    }
}

/// A command that writes the users' names: it looks, and the rest is the same for all.
protocol NamesCommand: StepCommand {
    var records: UsersNames { get }
    /// `earlier` are the facts of the step's first look.
    func look(_ context: StepContext, _ earlier: JSONValue?) async throws(Fault) -> Finding
}

extension NamesCommand {
    func examine(_ context: StepContext) async throws(Fault) -> Finding {
        try await look(context, context.remembered)
    }

    func verify(_ context: StepContext, after finding: Finding) async throws(Fault) -> Finding {
        try await look(context, context.remembered ?? finding.facts)
    }

    func act(_ context: StepContext, on finding: Finding) async throws(Fault) {
        try await records.write(context, finding)
    }

    func examineUndo(_ context: StepContext) async throws(Fault) -> Finding {
        try await records.examineUndo(context)
    }

    func undo(_ context: StepContext, on finding: Finding) async throws(Fault) {
        try await records.write(context, finding)
    }
}
