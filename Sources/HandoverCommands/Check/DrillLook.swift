import FailoverModel
import RunEngine
import Systems

/// `drill.check` on the real systems of a topology.
enum DrillLook {
    /// - Parameter commands: those with which the failover's steps look.
    static func command(
        for topology: Topology, _ commands: [String: any StepCommand], _ invocation: Invocation
    ) -> DrillCheckCommand {
        DrillCheckCommand(
            check: { from, to async throws(Fault) in await report(topology, from: from, to: to, invocation) },
            plan: { name, context throws(Fault) in
                do throws(CommandFailure) {
                    return try plan(name, topology, from: context.from, to: context.to, invocation)
                } catch {
                    throw Fault(.invalid, error.what, at: "step \(context.step): \(error.place)", next: error.next)
                }
            },
            look: { plan, context in
                await PlanPreview.of(
                    plan, commands: commands, topology: topology, clock: invocation.wiring.clock,
                    recorded: context.recorded)
            })
    }

    /// Throws where a drill names a runbook whose steps cannot look: it would only find that out in the middle.
    static func checkRunbooks(
        of drill: Runbook, _ topology: Topology, from: String, to: String, _ invocation: Invocation
    ) throws(CommandFailure) {
        for step in drill.phases.flatMap(\.steps) where step.command == DrillCheckCommand.name {
            do throws(CommandFailure) {
                _ = try plan(DrillCheckCommand.runbook(step.parameters), topology, from: from, to: to, invocation)
            } catch {
                var failure = error
                failure.place = "\(step.place): step \(step.id)"
                failure.what = "\(error.place): \(error.what)"
                throw failure
            }
        }
    }

    /// Without the probe user's write, which a check on any other day makes: a drill writes nothing where people are served.
    private static func report(
        _ topology: Topology, from: String, to: String, _ invocation: Invocation
    ) async -> CheckReport {
        var reading = topology
        reading.service?.probe = nil
        let journal = JournalChecks(invocation, topology: topology)
        var readiness = SystemAccess(reading, invocation).readiness
        readiness.promotedLast = journal.projections.serving.site
        readiness.journal = journal.identity
        var report = await readiness.report(from: from, to: to)
        report.results += journal.results(for: report)
        return report
    }

    private static func plan(
        _ name: String, _ topology: Topology, from: String, to: String, _ invocation: Invocation
    ) throws(CommandFailure) -> Plan {
        let beside = "\(InputFile.directory(of: invocation.topologyPath))/\(name).yaml"
        let file = SmallText.exists(beside) ? beside : name
        let plan: Plan
        do {
            let runbook = try RunbookFile(file).runbook
            guard runbook.kind == .move, runbook.phases.flatMap(\.steps).contains(where: \.isPivot) else {
                throw Fault(
                    .invalid, "a drill looks with the steps of a failover, and this runbook promotes nothing",
                    at: RunbookFile.path(of: file),
                    next: "Name a failover's: \"with: {runbook: \(DrillCheckCommand.standardRunbook)}\"")
            }
            plan = try runbook.plan(topology: topology, from: from, to: to)
        } catch {
            var failure = CommandFailure(error, invocation: invocation)
            failure.lines = []
            throw failure
        }
        return plan
    }
}
