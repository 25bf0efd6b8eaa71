import FailoverModel
import RunEngine
import Systems

/// The sites of the topology whose Secrets can be read.
struct SecretSites {
    let secrets: SecretsAccess
    /// In the topology's order.
    let names: [String]

    init(_ invocation: Invocation) throws {
        let topology = try TopologyFile.read(invocation)
        secrets = SystemAccess(topology, invocation).secrets
        names = topology.sites.filter { $0.kubernetes != nil }.map(\.name)
    }

    func check(_ site: String, option: String) throws(CommandFailure) {
        guard !names.contains(site) else { return }
        throw CommandFailure(
            kind: "invalid", what: "the topology has no such site with kubernetes", place: "\(option) \(site)",
            next: "Sites with kubernetes are: \(names.joined(separator: ", "))", status: .badInput)
    }

    /// The one whose database takes writes as far as the journal knows, else the topology's first.
    func reference(_ snapshot: JournalSnapshot) throws(CommandFailure) -> String {
        if let primary = Self.primary(snapshot), names.contains(primary) { return primary }
        guard let first = names.first, names.count > 1 else {
            throw CommandFailure(
                kind: "invalid", what: "fewer than two sites have kubernetes, so there is nothing to compare",
                place: "topology", next: "Add kubernetes: to the sites", status: .badInput)
        }
        return first
    }
}

extension SecretSites {
    /// The one site whose database takes writes, as last seen.
    static func primary(_ snapshot: JournalSnapshot) -> String? {
        let primaries = snapshot.projections.siteViews().filter { $0.role == .primary }.map(\.site)
        return primaries.count == 1 ? primaries[0] : nil
    }
}

extension StoredJournal {
    /// Appends what belongs to no run, whoever appends at the same time.
    func append(_ events: [Event], at moment: Moment, actor: String) async throws {
        let entries = events.map { $0.entry(run: "", time: moment, actor: actor) }
        while true {
            do {
                _ = try await append(entries, expecting: try await head())
                return
            } catch is HeadMoved {
                continue
            }
        }
    }
}
