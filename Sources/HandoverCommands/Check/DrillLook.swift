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
            look: { name, context async throws(Fault) in
                let plan = try plan(name, topology, context, invocation)
                return await PlanPreview.of(
                    plan, commands: commands, topology: topology, clock: invocation.wiring.clock,
                    recorded: context.recorded)
            })
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
        var report = await readiness.report(from: from, to: to)
        report.results += journal.results(for: report)
        return report
    }

    private static func plan(
        _ name: String, _ topology: Topology, _ context: StepContext, _ invocation: Invocation
    ) throws(Fault) -> Plan {
        let beside = "\(InputFile.directory(of: invocation.topologyPath))/\(name).yaml"
        do {
            let runbook = try RunbookFile(SmallText.exists(beside) ? beside : name).runbook
            return try runbook.plan(topology: topology, from: context.from, to: context.to)
        } catch {
            let failure = CommandFailure(error, invocation: invocation)
            throw Fault(
                .invalid,
                "the runbook \(name), whose steps were to look, cannot be used: \(failure.place): \(failure.what)",
                at: "step \(context.step)", next: failure.next)
        }
    }
}
