extension Runbook {
    /// Binds the runbook to a topology and a direction, or throws everything that does not fit.
    ///
    /// A line becomes one step for each site it is about and, where its command is about them, for each PostgreSQL cluster or
    /// firewall there. Ids: the line's id, with `@site` where the line is about others or standbys, and the name of the cluster
    /// or firewall behind `/` where there is more than one.
    /// Each step lists all it needs: every step of earlier phases, and inside its phase what its line needs, directly or not.
    package func plan(topology: Topology, from: String, to: String) throws(Diagnostics) -> Plan {
        var problems = check()
        checkDirection(topology, from: from, to: to, &problems)
        try problems.throwIfAny()
        let expansion = StepExpansion(topology: topology, from: from, to: to)
        let words = Placeholders(from: from, to: to, others: expansion.others)
        var steps: [PlannedStep] = []
        var earlier: [String] = []
        for phase in phases {
            var expanded: [String: [PlannedStep]] = [:]
            for line in phase.steps { expanded[line.id] = expansion.steps(of: line, phase: phase.id, &problems) }
            let closure = phase.closureOfNeeds()
            for line in phase.steps {
                let inside = phase.steps.filter { closure[line.id]?.contains($0.id) ?? false }
                let needs = earlier + inside.flatMap { expanded[$0.id] ?? [] }.map(\.id)
                for var step in expanded[line.id] ?? [] {
                    step.needs = needs
                    steps.append(step)
                }
            }
            earlier += phase.steps.flatMap { expanded[$0.id] ?? [] }.map(\.id)
        }
        try problems.throwIfAny()
        return Plan(
            runbook: name, title: words.fill(title), from: from, to: to, others: expansion.others,
            objectives: objectives.or(topology.objectives),
            phases: phases.map { PlanPhase(id: $0.id, title: words.fill($0.title)) },
            steps: steps)
    }

    private func checkDirection(_ topology: Topology, from: String, to: String, _ problems: inout Diagnostics) {
        let known = topology.sites.map(\.name)
        for (option, name) in [("--from", from), ("--to", to)] where !known.contains(name) {
            problems.add(
                "there is no site \(quote(name)) in the topology \(quote(topology.name))",
                at: SourcePlace(file: option), fix: Suggestion.fix(for: name, among: known, these: "sites"))
        }
        if from == to {
            let others = known.filter { $0 != from }.joined(separator: " or ")
            problems.add(
                "--from and --to are both \(quote(from))", at: SourcePlace(file: "--to"),
                fix: "Name the site that takes over\(others.isEmpty ? "" : ": \(others)").")
        }
    }
}

extension RunbookPhase {
    /// For each line the lines of this phase that it needs, directly or through others.
    func closureOfNeeds() -> [String: Set<String>] {
        let inside = Set(steps.map(\.id))
        let direct = Dictionary(steps.map { ($0.id, $0.needs.map(\.id).filter(inside.contains)) }) { first, _ in first }
        return direct.mapValues { first in
            var found: Set<String> = []
            var open = first
            while let id = open.popLast() {
                if found.insert(id).inserted { open += direct[id] ?? [] }
            }
            return found
        }
    }
}
