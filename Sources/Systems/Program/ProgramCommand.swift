import FailoverModel

/// `program.run`: a step of one's own, carried out by programs that the runbook names.
///
/// `act` does it. `observe` looks and changes nothing: 0 means it is so already, 1 that it is to be done. `verify` proves it
/// afterwards (without it `observe` does), `undo` takes it back. All may end with what sysexits.h says: 69 the system
/// cannot be reached, 75 not now, look again, 77 not allowed; anything else is a failure. The last line that a program
/// writes is shown and kept, so it says what was seen.
///
/// Without `observe` nobody can see whether an act that was interrupted took effect, and a person is asked.
struct ProgramCommand: StepCommand {
    static let name = "program.run"
    let variable: @Sendable (String) -> String?

    private enum Part: String { case observe, act, verify, undo }

    func examine(_ context: StepContext) async throws(Fault) -> Finding {
        guard let ended = try await run(.observe, context) else {
            _ = try call(.act, context)
            return Finding(.unobservable, "it will run; the step has no \"observe\", so nothing was looked at before")
        }
        return try finding(ended, isSo: .done, isNot: .needed, .observe, context)
    }

    func act(_ context: StepContext, on finding: Finding) async throws(Fault) {
        guard let ended = try await run(.act, context) else { return }
        if ended.status != 0 { throw failure(ended, .act, context) }
    }

    func verify(_ context: StepContext, after finding: Finding) async throws(Fault) -> Finding {
        let part: Part = words(.verify, context) == nil ? .observe : .verify
        guard let ended = try await run(part, context) else {
            return Finding(.unobservable, "\"act\" ended well, and nothing else can be seen")
        }
        return try self.finding(ended, isSo: .done, isNot: .waiting, part, context)
    }

    func examineUndo(_ context: StepContext) async throws(Fault) -> Finding {
        guard words(.undo, context) != nil else {
            return Finding(
                .refused(rule: "no-undo", acceptance: nil),
                "the step has no \"undo\"; take back by hand what it did, then skip it")
        }
        guard let ended = try await run(.observe, context) else {
            return Finding(.unobservable, "nothing can be seen of it: the step has no \"observe\"")
        }
        return try finding(ended, isSo: .needed, isNot: .done, .observe, context)
    }

    func undo(_ context: StepContext, on finding: Finding) async throws(Fault) {
        guard let ended = try await run(.undo, context) else { return }
        if ended.status != 0 { throw failure(ended, .undo, context) }
    }

    private func finding(
        _ ended: ProgramCall.Ended, isSo: Finding.Verdict, isNot: Finding.Verdict, _ part: Part, _ context: StepContext
    ) throws(Fault) -> Finding {
        let facts: JSONValue = ["output": .string(ended.output)]
        func said(_ otherwise: String) -> String { ended.sentence.isEmpty ? otherwise : ended.sentence }
        switch ended.status {
        case 0: return Finding(isSo, said("it is so"), facts: facts)
        case 1: return Finding(isNot, said("it is not so"), facts: facts)
        case ProgramStatus.later: return Finding(.waiting, said("not now"), facts: facts)
        default: throw failure(ended, part, context)
        }
    }

    private func failure(_ ended: ProgramCall.Ended, _ part: Part, _ context: StepContext) -> Fault {
        ended.failure(
            at: place(part, context), changes: part == .act || part == .undo,
            next: "Run it by hand to see more, then resume")
    }

    private func words(_ part: Part, _ context: StepContext) -> [String]? {
        context.parameters[part.rawValue]?.elements?.compactMap(\.text)
    }

    /// nil where the step has no such part.
    private func run(_ part: Part, _ context: StepContext) async throws(Fault) -> ProgramCall.Ended? {
        try await call(part, context)?.run()
    }

    private func call(_ part: Part, _ context: StepContext) throws(Fault) -> ProgramCall? {
        guard let words = words(part, context) else { return nil }
        var environment: [String: String] = [
            "HANDOVER_RUN": context.run, "HANDOVER_STEP": context.step, "HANDOVER_SITE": context.site,
            "HANDOVER_FROM": context.from, "HANDOVER_TO": context.to,
            "HANDOVER_OTHERS": context.others.joined(separator: " "),
            ProgramCall.keyVariable: context.idempotencyKey,
        ]
        if part == .undo, let found = context.remembered?["output"]?.text { environment["HANDOVER_FOUND"] = found }
        for name in ["PATH", "HOME", "USER", "LANG", "TZ", "TMPDIR"] { environment[name] = variable(name) }
        var secrets: [String] = []
        for name in context.parameters["environment"]?.elements?.compactMap(\.text) ?? [] {
            guard let value = variable(name) else {
                throw Fault(
                    .invalid, "the variable \(name), which the step hands to its programs, is not set",
                    at: place(part, context),
                    next: "Set it in the environment of handover, or take it out of the runbook")
            }
            environment[name] = value
            if value.count >= 4 { secrets.append(value) }
        }
        return ProgramCall(
            words: words, environment: environment, secrets: secrets.sorted { $0.count > $1.count },
            place: place(part, context))
    }

    private func place(_ part: Part, _ context: StepContext) -> String {
        "step \(context.step) (\(Self.name) at \(context.site)), \(part.rawValue)"
    }
}

/// The step commands of this system by the name that runbooks use.
package enum ProgramCommands {
    /// `variable` gives the environment of Handover itself.
    package static func all(variable: @escaping @Sendable (String) -> String?) -> [String: any StepCommand] {
        [ProgramCommand.name: ProgramCommand(variable: variable)]
    }
}
