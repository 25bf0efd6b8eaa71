import FailoverModel

/// What is to be done about names, given what the servers say.
struct ZoneJudgement {
    /// What a person answers for who goes on although name servers give no answer.
    static let acceptance = "silent-name-servers"

    private let picture: ZonePicture
    private let wanted: [DNSRecordSet]
    private let isAccepted: Bool

    /// Throws where a server answers, but not as one that has the zone, and where none answers at all.
    init(_ picture: ZonePicture, wanted: [DNSRecordSet], accepted: Set<String>, zone: String) throws(Fault) {
        if let wrong = picture.wrong { throw wrong }
        if picture.silent.count == picture.servers.count, let first = picture.silent.first {
            throw Fault(
                .unreachable, "no name server of the zone \(zone) answers; \(first.server): \(first.fault.what)",
                at: "zone \(zone)", next: first.fault.next)
        }
        self.picture = picture
        self.wanted = wanted
        isAccepted = accepted.contains(Self.acceptance)
    }

    /// `done` ends the sentence of a zone that is as wanted: "all 2 names …".
    func finding(_ facts: JSONValue, done: String, note: String) -> Finding {
        let silent = picture.silent
        if !silent.isEmpty, !isAccepted {
            let list = silent.map { "\($0.server) (\($0.fault.what))" }.joined(separator: ", ")
            return Finding(
                .refused(rule: "silent-name-servers", acceptance: Self.acceptance),
                "\(silent.count) of \(picture.servers.count) name servers cannot be asked: \(list); one that users still "
                    + "reach may go on answering what is there now", facts: facts)
        }
        let change = ZoneChange(found: picture.source, wanted: wanted)
        guard change.names.isEmpty else {
            let list = change.names.map {
                "\($0) is \(change.found.words(for: $0)) and will be \(wanted.words(for: $0))"
            }
            return Finding(.needed, Self.short(list, "; ") + note, facts: facts)
        }
        let lagging = picture.lagging(behind: wanted)
        guard lagging.isEmpty else {
            let list = lagging.map { one in
                let old = ZoneChange(found: one.sets, wanted: picture.answered(wanted)).names
                return "\(one.server) (\(Self.short(old.map { "\($0) \(one.sets.words(for: $0))" }, ", ")))"
            }
            return Finding(
                .waiting, "the change is made; not all name servers answer it yet: \(list.joined(separator: ", "))",
                facts: facts)
        }
        let (all, asked) = (picture.servers.count, picture.servers.count - silent.count)
        let place =
            all == 0
            ? "the provider, who was asked alone"
            : asked < all ? "\(asked) of \(all) name servers" : all == 1 ? "the name server" : "all \(all) name servers"
        let quiet = silent.map { "\($0.server)" }.joined(separator: ", ")
        let isInPart = all > 0 && wanted.contains(where: \.isProxied)
        let proxied = isInPart ? ", and what is proxied at the provider" : ""
        let accepted = silent.isEmpty ? "" : "; \(quiet) cannot be asked, and a person said to go on"
        return Finding(.done, "\(Self.count(facts)) \(done) at \(place)\(proxied)\(accepted)\(note)", facts: facts)
    }

    private static func count(_ facts: JSONValue) -> String {
        let names = facts["names"]?.elements ?? []
        return names.count == 1 ? "the records of \(names[0].text ?? "")" : "all \(names.count) names"
    }

    private static func short(_ list: [String], _ separator: String) -> String {
        list.prefix(6).joined(separator: separator) + (list.count > 6 ? " and \(list.count - 6) more" : "")
    }
}
