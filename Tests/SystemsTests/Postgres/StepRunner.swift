import FailoverModel
import HandoverTestSupport
import Systems
import Testing

/// Runs commands in the order the engine does, and keeps what it would keep.
final class StepRunner {
    /// The servers, where they are a trio's.
    private let servers: PostgresTrio?
    let commands: [String: any StepCommand]
    var history: [String: JSONValue] = [:]
    var remembered: [String: JSONValue] = [:]
    var accepted: Set<String> = []
    var recorded = StepContext.Recorded(journal: "0011")
    var parameters: [String: JSONValue] = [:]
    var topology: Topology
    var cluster = PostgresTrio.cluster
    var run = "r1"
    var from = "dc1"
    var to = "dc2"
    /// Every sentence and fault seen, for the search for secrets.
    var said: [String] = []

    var trio: PostgresTrio {
        get throws { try #require(servers) }
    }

    convenience init(
        _ trio: PostgresTrio, secrets: TrioSecrets = TrioSecrets(), limits: PostgresAccess.Limits = .test
    ) {
        self.init(trio.topology, of: trio, PostgresAccess(secrets: secrets, limits: limits))
    }

    /// For servers of other kinds; `access` is the way to them.
    init(_ topology: Topology, of trio: PostgresTrio? = nil, _ access: PostgresAccess) {
        servers = trio
        self.topology = topology
        commands = [SynapseCommands.all(access: access), DrillCommands.all(access: access)]
            .reduce(into: PostgresCommands.all(access: access)) { all, more in all.merge(more) { first, _ in first } }
    }

    func context(_ name: String, at site: String) -> StepContext {
        let step = stepName(name, site)
        return StepContext(
            run: run, step: step, site: site, from: from, to: to,
            others: topology.sites.map(\.name).filter { $0 != from && $0 != to }, cluster: cluster,
            parameters: parameters, topology: topology, remembered: remembered[step],
            history: history.filter { $0.key != step }, accepted: accepted, recorded: recorded)
    }

    private func stepName(_ name: String, _ site: String) -> String {
        "\(name)-\(site)" + (cluster == PostgresTrio.cluster ? "" : "/\(cluster)")
    }

    func command(_ name: String) throws -> any StepCommand {
        try #require(commands["postgres.\(name)"] ?? commands["synapse.\(name)"] ?? commands[name])
    }

    func examine(_ name: String, at site: String) async throws -> Finding {
        note(try await command(name).examine(context(name, at: site)))
    }

    /// Runs a step to its end: examine, act where needed, verify until done.
    @discardableResult
    func run(_ name: String, at site: String) async throws -> Finding {
        let command = try command(name)
        var finding = try await examine(name, at: site)
        let deadline = ContinuousClock.now + .seconds(30)
        while finding.verdict == .waiting, ContinuousClock.now < deadline {
            finding = try await examine(name, at: site)
        }
        if finding.verdict == .needed {
            remembered[stepName(name, site)] = remembered[stepName(name, site)] ?? finding.facts
            try await command.act(context(name, at: site), on: finding)
            finding = note(try await command.verify(context(name, at: site), after: finding))
            while finding.verdict == .waiting, ContinuousClock.now < deadline {
                finding = note(try await command.verify(context(name, at: site), after: finding))
            }
        }
        history[stepName(name, site)] = finding.facts
        return finding
    }

    func undo(_ name: String, at site: String) async throws -> Finding {
        let command = try command(name)
        let finding = note(try await command.examineUndo(context(name, at: site)))
        guard finding.verdict == .needed else { return finding }
        try await command.undo(context(name, at: site), on: finding)
        return note(try await command.examineUndo(context(name, at: site)))
    }

    @discardableResult
    func note(_ finding: Finding) -> Finding {
        said.append("\(finding.sentence) \(finding.facts) \(finding.observations)")
        return finding
    }

    /// Freezes both standbys of a dc1 that is down, and takes responsibility for its being down.
    func freezeBoth() async throws {
        for site in ["dc2", "dc3"] { #expect(try await run("freeze", at: site).verdict == .done) }
    }
}

extension PostgresAccess.Limits {
    static let test = PostgresAccess.Limits(
        connect: .seconds(2), statement: .seconds(5), cancel: .milliseconds(500), promote: .seconds(20),
        settle: .seconds(5), stall: .seconds(5), interval: .milliseconds(50))
}

func rule(_ finding: Finding) -> String? {
    if case .refused(let rule, _) = finding.verdict { rule } else { nil }
}

func acceptance(_ finding: Finding) -> String? {
    if case .refused(_, let acceptance) = finding.verdict { acceptance } else { nil }
}
