import FailoverModel

/// A command at whatever server the topology names: carried out by its driver, or refused where the driver cannot.
struct DrivenCommand: PostgresCommand {
    let name: String
    let access: PostgresAccess
    /// The command for servers that are changed by a hand (`ServerHand`): by SQL or through Patroni.
    let command: any StepCommand

    /// What works on `to`, whatever site the step is about.
    private static let aboutTarget: Set<String> = [
        CatchUpCommand.name, FastForwardCommand.name, CreateSlotsCommand.name, ClearSynchronousCommand.name,
        PromoteCommand.name, CheckpointCommand.name,
    ]
    /// What changes neither role nor configuration, so that no operator minds.
    private static let harmless: Set<String> = [CatchUpCommand.name, CheckpointCommand.name]
    /// What Patroni's hand knows; other commands are for servers that nobody else manages.
    private static let forHands: Set<String> = aboutTarget.union([
        FenceCommand.name, FreezeCommand.name, FollowCommand.name, DropSlotsCommand.name,
    ])

    func examine(_ context: StepContext) async throws(Fault) -> Finding {
        switch try driven(context) {
        case .command(let command):
            let finding = try await command.examine(context)
            return try await held(finding, context)
        case .impossible(let why):
            return .refused("driver-cannot", why)
        }
    }

    func act(_ context: StepContext, on finding: Finding) async throws(Fault) {
        guard case .command(let command) = try driven(context) else { return }
        let again = try await held(finding, context)
        if case .refused = again.verdict {
            throw Fault(
                .refused, again.sentence, at: try worked(context).place, next: "See what changed, then resume")
        }
        try await command.act(context, on: again)
    }

    func verify(_ context: StepContext, after finding: Finding) async throws(Fault) -> Finding {
        guard case .command(let command) = try driven(context) else { return finding }
        var seen = try await command.verify(context, after: finding)
        if let memory = finding.facts[Self.memoryKey] { seen.facts = seen.facts.with(Self.memoryKey, memory) }
        return seen
    }

    func examineUndo(_ context: StepContext) async throws(Fault) -> Finding {
        switch try driven(context) {
        case .command(let command): try await command.examineUndo(context)
        case .impossible: Finding(.done, "nothing was done")
        }
    }

    func undo(_ context: StepContext, on finding: Finding) async throws(Fault) {
        guard case .command(let command) = try driven(context) else { return }
        try await command.undo(context, on: finding)
    }

    /// Where facts keep what the hand remembers of the server.
    static let memoryKey = "operator"

    private enum Driven {
        case command(any StepCommand)
        case impossible(String)
    }

    private func worked(_ context: StepContext) throws(Fault) -> PostgresTarget {
        try target(at: Self.aboutTarget.contains(name) ? context.to : context.site, context)
    }

    private func driven(_ context: StepContext) throws(Fault) -> Driven {
        let target = try worked(context)
        switch target.server.driver {
        case .sql: return .command(command)
        case .patroni where Self.forHands.contains(name): return .command(command)
        case .cloudNativePG:
            if let command = CloudNativePGCommands.command(named: name, instead: command, access: access) {
                return .command(command)
            }
        case .patroni: break
        }
        return .impossible(
            "\(name) is for servers that nobody else manages, and \(target.place) has the driver "
                + "\(target.server.driver.name.rawValue); do it by its operator's own means")
    }

    /// The finding, unless the hand that would act on it is hindered.
    private func held(_ finding: Finding, _ context: StepContext) async throws(Fault) -> Finding {
        guard !Self.harmless.contains(name) else { return finding }
        let target = try worked(context)
        switch (target.server.driver, finding.verdict) {
        // An operator that the topology does not know of is told before anything else is.
        case (.sql, .needed), (.sql, .refused), (.sql, .waiting), (.patroni, .needed): break
        case (.sql, .done), (.sql, .unobservable), (.patroni, _), (.cloudNativePG, _): return finding
        }
        let grip: Grip
        do throws(Fault) { grip = try await access.hand(for: target).grip(on: target, for: name, finding) } catch {
            // A command for hosts works on servers that do not run, too; and a refusal stands by itself.
            guard finding.verdict == .needed, Self.forHands.contains(name) else { return finding }
            throw error
        }
        switch grip {
        case .hindered(let refusal):
            return .refused(
                refusal.rule, refusal.sentence, acceptance: refusal.acceptance, facts: finding.facts,
                observations: finding.observations)
        case .firm(let memory):
            guard let memory = context.remembered?[Self.memoryKey] ?? memory else { return finding }
            var finding = finding
            finding.facts = finding.facts.with(Self.memoryKey, memory)
            return finding
        }
    }
}

extension JSONValue {
    /// The object with another field.
    func with(_ key: String, _ value: JSONValue) -> JSONValue {
        var fields = fields ?? [:]
        fields[key] = value
        return .object(fields)
    }
}
