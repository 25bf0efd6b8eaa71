import FailoverModel

/// Closes a firewall that only programs of one's own can reach.
///
/// `look` ends with 0 where it is closed, and the last line it writes is the run that closed it, as `block` was given it in
/// `HANDOVER_RUN`; with 1 where it is open. Without a run it is somebody else's block, and is left alone. All may end with
/// what sysexits.h says: 69 it cannot be reached, 75 not now, 77 not allowed; anything else is a failure.
struct ProgramDriver: FirewallDriver {
    private let programs: SiteFirewall.Programs
    private let name: String
    private let environment: [String: String]
    private let secrets: [String]
    private let place: String

    /// - Parameters:
    ///   - key: the step's idempotency key, the same at every try.
    ///   - common: the variables that every program gets.
    init(
        _ programs: SiteFirewall.Programs, name: String, site: String, place: String, key: String?,
        common: [String: String], variable: (String) -> String?
    ) throws(Fault) {
        self.programs = programs
        self.name = name
        self.place = place
        var environment = common
        var secrets: [String] = []
        for name in programs.environment {
            guard let value = variable(name) else {
                throw Fault(
                    .invalid, "the variable \(name), which the firewall hands to its programs, is not set", at: place,
                    next: "Set it in the environment of handover, or take it out of the topology.")
            }
            environment[name] = value
            if value.count >= 4 { secrets.append(value) }
        }
        environment["HANDOVER_SITE"] = site
        environment["HANDOVER_FIREWALL"] = name
        environment[ProgramCall.keyVariable] = key
        self.environment = environment
        self.secrets = secrets.sorted { $0.count > $1.count }
    }

    var title: String { "the block at firewall \(name)" }
    let limits = "its own \"look\" is all that is known of it"

    func look() async throws(Fault) -> BlockSeen {
        let ended = try await run("look", programs.look)
        switch ended.status {
        case 1: return .nothing
        case 0:
            let mark = ended.output.split(whereSeparator: \.isNewline).last.map { String($0).onOneLine(limit: 100) }
            return BlockSeen(saved: ["run": JSONValue(mark)], isWhole: true, mark: mark)
        default: throw failure("look", ended, changes: false)
        }
    }

    /// Only its own look can know, and that says that it is not closed.
    func holes() async throws(Fault) -> [String] { [] }

    /// There is nothing to be tried without doing it.
    func rehearse(mark: String) async throws(Fault) {}

    func close(mark: String) async throws(Fault) { try await change("block", programs.block, mark: mark) }

    func restore(_ saved: JSONValue?, seen: BlockSeen) async throws(Fault) {
        guard let saved else { return try await change("open", programs.open, mark: seen.mark ?? "") }
        try await change("block", programs.block, mark: saved["run"]?.text ?? "")
    }

    private func change(_ part: String, _ words: [String], mark: String) async throws(Fault) {
        let ended = try await run(part, words, mark: mark)
        if ended.status != 0 { throw failure(part, ended, changes: true) }
    }

    private func run(
        _ part: String, _ words: [String], mark: String? = nil
    ) async throws(Fault) -> ProgramCall.Ended {
        var environment = environment
        environment["HANDOVER_RUN"] = mark
        let seconds = max(1, (programs.timeLimitMilliseconds + 999) / 1000)
        let host = HostProgram(
            words: words, environment: environment, place: "\(place), \(part)", seconds: seconds, secrets: secrets,
            keptBytes: 4096)
        return try await host.run(changes: mark != nil)
    }

    private func failure(_ part: String, _ ended: ProgramCall.Ended, changes: Bool) -> Fault {
        ended.failure(at: "\(place), \(part)", changes: changes, next: "Run it by hand to see more, then resume.")
    }
}
