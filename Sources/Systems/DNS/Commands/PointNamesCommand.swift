import FailoverModel

/// `dns.point`: the users' names lead to the site, as every authoritative server answers.
struct PointNamesCommand: NamesCommand {
    static let name = "dns.point"
    let records: UsersNames

    init(access: DNSAccess) { records = UsersNames(command: Self.name, access: access) }

    func look(_ context: StepContext, _ earlier: JSONValue?) async throws(Fault) -> Finding {
        let (zone, sets) = try records.goal(context)
        let earlier = RememberedRecords(facts: earlier)
        let picture = try await records.access.look(at: sets.names, in: zone)
        let wanted = picture.keepingProxies(sets)
        var finding = try records.finding(
            context, zone, picture, wanted: wanted, earlier: earlier, done: "lead to \(context.site)")
        if finding.verdict == .done { finding.sentence += context.unstoppedExternalDNS }
        return finding
    }
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
        [
            PointNamesCommand.name: PointNamesCommand(access: access),
            LowerTTLCommand.name: LowerTTLCommand(access: access),
        ]
    }
}
