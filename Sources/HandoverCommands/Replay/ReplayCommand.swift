import ArgumentParser
import FailoverModel
import JournalStore
import RunEngine

/// `handover replay`.
struct ReplayCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Play a run again, or let today's decisions be held against it.",
        discussion: """
            Without more, the run is shown as it went: on a terminal to be paused, stepped through and jumped in, in a \
            pipe line by line. No system is ever asked for anything.

            --check takes the engine's decisions again over the recorded outcomes: what was begun, asked, repeated, owed and \
            given up must follow from the entries. With --runbook a changed runbook decides instead, and the places are told \
            at which it would have gone otherwise: so a change is tested against every past incident. Exits with 1 where \
            something differs.

            --rehearse plays the recorded world (who was away when, what failed how, who said what) against today's engine \
            with a virtual clock, and tells how it would have ended and how long it would have taken.

            Examples:
              handover replay ess-failover-12 --speed 8
              handover replay ess-failover-12 --runbook runbooks/ess-failover.yaml
              handover replay --all --check
              handover replay ess-failover-12 --rehearse --runbook changed.yaml
            """)

    @OptionGroup var argument: OptionalRunArgument
    @Flag(help: "Take the decisions again and tell where they differ.")
    var check = false
    @Flag(help: "Every run of the journal (with --check or --runbook).")
    var all = false
    @Option(
        help: ArgumentHelp("Let this runbook decide, with today's topology.", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml"]))
    var runbook: String?
    @Flag(help: "Play the recorded world against today's engine.")
    var rehearse = false
    @Option(help: ArgumentHelp("How many times as fast as it was (playing only; default 1).", valueName: "times"))
    var speed: Double?
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if all, argument.run != nil { throw ValidationError("--all and a run exclude each other.") }
        if all, !check, runbook == nil { throw ValidationError("--all goes with --check or --runbook.") }
        if rehearse, check || all { throw ValidationError("--rehearse goes with one run, and without --check.") }
        if let speed, !(speed > 0 && speed <= 10_000) {
            throw ValidationError("--speed takes a number from above 0 to 10000.")
        }
        if speed != nil, check || rehearse || runbook != nil {
            throw ValidationError("--speed is for playing a run, without --check, --rehearse and --runbook.")
        }
        if common.json, !check, !rehearse, runbook == nil {
            throw ValidationError("--json goes with --check, --runbook or --rehearse.")
        }
    }

    func perform(_ invocation: Invocation) async throws -> ExitStatus {
        let file = JournalFile(invocation)
        if all { return try await compare(try file.reader().runs().map(\.run), file, invocation) }
        let lookup = try file.lookup()
        let run = try argument.run.map(lookup.named) ?? lookup.newest(notOver: false)
        if rehearse { return try rehearsal(of: run, file, invocation) }
        if check || runbook != nil { return try await compare([run], file, invocation) }
        return try await RunPlayer(try file.entries(run: run), speed: speed, invocation).play()
    }

    private func compare(_ runs: [String], _ file: JournalFile, _ invocation: Invocation) async throws -> ExitStatus {
        let plans = try ReplayPlans(runbook, invocation)
        var replayed: [ReplayedRun] = []
        for run in runs {
            let entries = try file.entries(run: run)
            // A runbook is held against the runs of its own name; a run that was asked for is always one of them.
            guard let plan = try plans.plan(for: entries, isAsked: !all) else { continue }
            replayed.append(
                ReplayedRun(
                    run: run, entries: entries.count,
                    differences: try RunReplay.differences(entries, plan: plan.plan)))
        }
        if invocation.isJSON {
            invocation.print(ReplayedRun.document(replayed))
        } else {
            invocation.print(ReplayView.text(replayed, runbook: runbook, style: invocation.style))
        }
        return replayed.allSatisfy { $0.differences.isEmpty } ? .done : .stopped
    }

    private func rehearsal(of run: String, _ file: JournalFile, _ invocation: Invocation) throws -> ExitStatus {
        let entries = try file.entries(run: run)
        let plan = try ReplayPlans(runbook, invocation).plan(for: entries, isAsked: true)
        let rehearsed = RehearsedRun(
            then: try file.state(of: run), result: try RunRehearsal.play(entries, plan: plan?.plan))
        if invocation.isJSON {
            invocation.print(rehearsed.json)
        } else {
            invocation.print(rehearsed.text(style: invocation.style))
        }
        return rehearsed.differences.isEmpty ? .done : .stopped
    }
}

/// What decides in a replay: each run's own plan, or that of a changed runbook bound to today's topology.
struct ReplayPlans {
    /// `plan` is nil where the run's own decides.
    struct Choice { var plan: Plan? }

    private let runbook: Runbook?
    private let topology: Topology?

    init(_ file: String?, _ invocation: Invocation) throws {
        runbook = try file.map { try RunbookFile($0).runbook }
        topology = runbook == nil ? nil : try TopologyFile.read(invocation)
    }

    /// `nil` where the runbook is not that of the run.
    func plan(for entries: [Entry], isAsked: Bool) throws -> Choice? {
        guard let runbook, let topology else { return Choice(plan: nil) }
        guard let first = entries.first, case .runStarted(let started) = try Event(first) else { return nil }
        guard started.kind == .runbook, isAsked || started.plan.runbook == runbook.name else {
            guard isAsked else { return nil }
            throw CommandFailure(
                kind: "invalid", what: "it paid debts, and no runbook is behind it", place: "run \(first.run)",
                next: "Leave --runbook out", status: .badInput)
        }
        return Choice(plan: try runbook.plan(topology: topology, from: started.plan.from, to: started.plan.to))
    }
}
