extension Runbook {
    /// A drill uses only what leaves the sites as they are, and takes away what it makes; a move uses nothing of a drill.
    func checkKind(_ problems: inout Diagnostics) {
        for step in phases.flatMap(\.steps) {
            guard let command = CommandCatalog.command(named: step.command) else { continue }
            switch kind {
            case .move: step.checkOfMove(command, &problems)
            case .drill: step.checkOfDrill(command, &problems)
            }
        }
        guard kind == .drill else { return }
        checkRemoval(&problems)
        checkTrial(&problems)
    }

    /// Where no copy is promoted nothing is tried, and it would be called a good drill all the same.
    private func checkTrial(_ problems: inout Diagnostics) {
        let steps = phases.flatMap(\.steps)
        guard let clone = steps.first(where: { $0.command == DrillCommandName.clone }) else {
            guard let place = phases.first?.place else { return }
            problems.add(
                "the drill has no \(DrillCommandName.clone), so nothing is tried", at: place,
                fix: "Add {id: clone, command: \(DrillCommandName.clone), site: to} and {id: promote, command: "
                    + "\(DrillCommandName.promote), site: to, needs: [clone]}. To look only, use handover check.")
            return
        }
        let promotions = steps.filter { $0.command == DrillCommandName.promote }
        if promotions.isEmpty {
            problems.add(
                "the copy of \(quote(clone.id)) is never promoted, so nothing is tried", at: clone.place,
                fix: "Add {id: promote, command: \(DrillCommandName.promote), site: to, needs: [\(clone.id)]}.")
        }
        for step in promotions where !comesAfter(step, clone) {
            problems.add(
                "\(quote(step.id)) promotes the copy of \(quote(clone.id)) and does not wait for it", at: step.place,
                fix: "Write \"needs: [\(clone.id)]\", or put it in a later phase.")
        }
    }

    private func comesAfter(_ step: RunbookStep, _ first: RunbookStep) -> Bool {
        func phase(_ of: RunbookStep) -> Int? { phases.firstIndex { $0.steps.contains { $0.id == of.id } } }
        guard let own = phase(step), let earlier = phase(first) else { return true }
        return own > earlier || own == earlier && phases[own].closureOfNeeds()[step.id]?.contains(first.id) == true
    }

    /// Alone in the last phase, so that it comes after everything whatever the steps need.
    private func checkRemoval(_ problems: inout Diagnostics) {
        let steps = phases.flatMap(\.steps)
        let makers = steps.filter {
            CommandCatalog.command(named: $0.command).map { $0.isOfDrills && $0.hasUndo } ?? false
        }
        guard let maker = makers.first else { return }
        let isLast = phases.last?.steps.map(\.command) == [CommandDefinition.removal]
        if !isLast || steps.count(where: { $0.command == CommandDefinition.removal }) != 1 {
            problems.add(
                "\(maker.command) makes something at the site, and the drill does not end with \(CommandDefinition.removal)",
                at: maker.place,
                fix: "Let the last phase be one step: {id: remove, command: \(CommandDefinition.removal), site: to}.")
        }
    }
}

extension RunbookStep {
    fileprivate func checkOfMove(_ command: CommandDefinition, _ problems: inout Diagnostics) {
        guard command.isOfDrills else { return }
        problems.add(
            "\(command.name) is for drills, and this runbook moves the service", at: place,
            fix: "Remove the step, or write \"kind: drill\" at the top of the file.")
    }

    fileprivate func checkOfDrill(_ command: CommandDefinition, _ problems: inout Diagnostics) {
        guard command.isOfDrills || command.isHarmless else {
            let known = CommandCatalog.commands.filter { $0.isOfDrills || $0.isHarmless }.map(\.name)
            problems.add(
                "\(command.name) changes what serves, and a drill moves nothing", at: place,
                fix: "A drill may use \(known.joined(separator: ", ")).")
            return
        }
        if isPivot {
            problems.add(
                "a drill has no point of no return", at: place, fix: "Remove \"pivot: true\".")
        }
        if command.isOfDrills, site != .to {
            problems.add(
                "\(command.name) works beside the standby that is tried", at: place, fix: "Write \"site: to\".")
        }
        if whenUnreachable == .defer {
            problems.add(
                "nothing of a drill is owed to a site that is away: the drill ends there", at: place,
                fix: "Remove \"whenUnreachable: defer\".")
        }
    }
}

extension CommandDefinition {
    /// Removes at a site everything that any drill may have left there, found by name.
    package static let removal = DrillCommandName.remove
}
