extension Runbook {
    /// What is wrong with the runbook as a whole: ids, needs and the pivot. Needs no topology.
    package func check() -> Diagnostics { check { _ in true } }

    /// The same, with the commands of only those steps checked that could be read.
    func check(isRead: (RunbookStep) -> Bool) -> Diagnostics {
        var problems = Diagnostics()
        checkNames(&problems)
        checkNeeds(&problems)
        checkCycles(&problems)
        checkPivot(&problems)
        checkKind(&problems)
        for step in phases.flatMap(\.steps) where isRead(step) { step.check(&problems) }
        return problems
    }

    private func checkNames(_ problems: inout Diagnostics) {
        var phaseLines: [String: SourcePlace] = [:]
        for phase in phases {
            if let first = phaseLines[phase.id] {
                problems.add(
                    "the phase id \(quote(phase.id)) is there twice, first in line \(first.line)", at: phase.place,
                    fix: "Give each phase an id of its own.")
            }
            phaseLines[phase.id] = phaseLines[phase.id] ?? phase.place
        }
        var stepLines: [String: SourcePlace] = [:]
        for step in phases.flatMap(\.steps) {
            if let first = stepLines[step.id] {
                problems.add(
                    "the step id \(quote(step.id)) is there twice, first in line \(first.line)", at: step.place,
                    fix: "Give each step an id of its own, across all phases.")
            }
            stepLines[step.id] = stepLines[step.id] ?? step.place
        }
    }

    private func checkNeeds(_ problems: inout Diagnostics) {
        let known = phases.flatMap(\.steps).map(\.id)
        for (index, phase) in phases.enumerated() {
            let reachable = Set(phases[...index].flatMap(\.steps).map(\.id))
            for (step, need) in phase.steps.flatMap({ step in step.needs.map { (step, $0) } }) {
                if !known.contains(need.id) {
                    let others = known.filter { $0 != step.id }
                    problems.add(
                        "\(quote(step.id)) needs \(quote(need.id)), and there is no such step", at: need.place,
                        fix: Suggestion.fix(for: need.id, among: others, these: "steps"))
                } else if !reachable.contains(need.id) {
                    problems.add(
                        "\(quote(step.id)) needs \(quote(need.id)), which is in a later phase", at: need.place,
                        fix: "Remove the need, or move \(quote(need.id)) to this phase or an earlier one.")
                }
            }
        }
    }

    private func checkPivot(_ problems: inout Diagnostics) {
        let pivots = phases.flatMap(\.steps).filter(\.isPivot)
        for extra in pivots.dropFirst() {
            problems.add(
                "there is a second pivot; the first is \(quote(pivots[0].id)) in line \(pivots[0].place.line)",
                at: extra.place, fix: "Keep \"pivot: true\" on the step after which going back means moving data back.")
        }
    }
}

extension RunbookStep {
    fileprivate func check(_ problems: inout Diagnostics) {
        guard let command = CommandCatalog.command(named: command) else {
            problems.add(
                "there is no command \(quote(command))", at: place,
                fix: Suggestion.fix(for: command, among: CommandCatalog.commands.map(\.name), these: "commands"))
            return
        }
        if command.isPivot, !isPivot {
            problems.add(
                "\(command.name) is the step after which going back means moving data back", at: place,
                fix: "Add \"pivot: true\" to it.")
        }
        if isPivot, site.isSeveral {
            problems.add(
                "the pivot would be made at several sites, which makes several primaries", at: place,
                fix: "Write \"site: to\".")
        }
        if whenUnreachable == .defer, isPivot || !command.mayDefer {
            problems.add(
                "\(command.name) cannot be deferred: what comes after it depends on it", at: place,
                fix: "Remove \"whenUnreachable: defer\".")
        } else if whenUnreachable == .defer, site == .to {
            problems.add(
                "a step at the site that takes over cannot be deferred", at: place,
                fix: "Remove \"whenUnreachable: defer\".")
        }
        if approval == nil, !accepts.isEmpty {
            problems.add(
                "\"accepts\" says what a person answers for, but nobody is asked", at: place,
                fix: "Add the question as \"approval: …\", or remove \"accepts\".")
        }
    }
}
