import FailoverModel
import RunEngine
import Systems

/// The rounds of `handover watch`. Nothing that happens to what is watched, to a hook or to the journal ends it.
struct WatchLoop {
    let invocation: Invocation
    let topology: Topology
    let actor: String
    let milliseconds: Int64
    let metrics: MetricsServer

    func run() async throws -> ExitStatus {
        let interruption = Interruption()
        let signals = invocation.wiring.handlesSignals ? StopSignals(interruption) { _ in } : nil
        defer { signals?.end() }
        let manager = ServiceManager(socketPath: invocation.wiring.environment("NOTIFY_SOCKET"))
        let access = SystemAccess(topology, invocation)
        let sender = HookSender(topology, invocation)
        invocation.courier.begin(invocation, topology: topology, file: JournalFile(invocation)) {
            invocation.say("\(SpanText.time(invocation.now)) \($0.shownSafely)")
        }
        let clock = invocation.wiring.clock
        var memory = WatchMemory()
        var settler = WatchSettler(invocation: invocation, topology: topology, interruption: interruption)
        var unsent: [String: Unsent] = [:]
        var rounds: Int64 = 0
        manager.tell("READY=1")
        while !interruption.isAsked, !Task.isCancelled {
            let begun = clock.monotonicMilliseconds()
            let journal = JournalChecks(invocation, topology: topology)
            var readiness = access.readiness
            readiness.promotedLast = journal.projections.serving.site
            readiness.journal = journal.identity
            guard var report = await Self.round(readiness, clock, interruption) else { break }
            report.results += journal.results(for: report)
            let bad = report.count(.failing) + report.count(.unknown)
            manager.tell("WATCHDOG=1\nSTATUS=\(report.count(.ok)) in order, \(bad) not")
            rounds += 1
            metrics.show(
                MetricsText(
                    report, at: invocation.now, rounds: rounds, splitBrains: journal.splitBrains(in: report),
                    owed: topology.sites.map { ($0.name, journal.projections.owed.owed(to: $0.name).count) },
                    drills: topology.sites.compactMap { site in
                        journal.projections.drills.statuses[site.name]?.lastGood.map { (site.name, $0.endedAt) }
                    }))
            await keep(report, &memory)
            let alerts = memory.alerts(of: report)
            for alert in alerts { invocation.say("\(SpanText.time(invocation.now)) \(Self.line(alert))") }
            // A second primary is fenced before anybody is told of it: a hook may take its time.
            await settler.settle(report) { invocation.say("\(SpanText.time(invocation.now)) \($0.shownSafely)") }
            await tell(alerts, sender, &unsent)
            let pause = max(0, milliseconds - (clock.monotonicMilliseconds() - begun))
            await Self.sleep(pause, clock, interruption)
        }
        manager.tell("STOPPING=1")
        return .done
    }

    /// nil where it was asked to stop meanwhile: a site that does not answer must not hold that up.
    private static func round(
        _ readiness: ReadinessCheck, _ clock: any EngineClock, _ interruption: Interruption
    ) async -> CheckReport? {
        await withTaskGroup(of: CheckReport?.self) { group in
            group.addTask {
                await readiness.report(from: nil, to: nil, options: ReadinessOptions(asksRegistries: false))
            }
            group.addTask {
                while !interruption.isAsked, !Task.isCancelled { await clock.sleep(milliseconds: 100) }
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }

    /// Whatever keeps the journal from being written is said, and tried again with the next round.
    private func keep(_ report: CheckReport, _ memory: inout WatchMemory) async {
        let events = memory.events(of: report, at: invocation.now)
        guard !events.isEmpty else { return }
        do {
            let journal = try await JournalFile(invocation).openForWriting()
            try await journal.append(events, at: invocation.now, actor: actor)
            await journal.saveProjections()
        } catch {
            memory.forget()
            invocation.say("\(SpanText.time(invocation.now)) nothing could be kept: \(error)")
        }
    }

    /// What a hook did not take, as it was sent.
    private struct Unsent {
        var alerts: [Alert]
        var at: Moment
    }

    /// What a hook does not take is sent again with the next round; only the newest of each check counts. As long as nothing
    /// is added it is the same message, with the same key.
    private func tell(_ alerts: [Alert], _ sender: HookSender, _ unsent: inout [String: Unsent]) async {
        for hook in sender.hooks(for: .checks) {
            let fresh = Set(alerts.map { "\($0.result.id) \($0.result.site)" })
            let left = unsent[hook.name]
            let old = (left?.alerts ?? []).filter { !fresh.contains("\($0.result.id) \($0.result.site)") }
            let due = Unsent(alerts: old + alerts, at: alerts.isEmpty ? left?.at ?? invocation.now : invocation.now)
            guard !due.alerts.isEmpty else { continue }
            do throws(HookFailure) {
                let message = HookMessage(due.alerts, topology: topology.name, at: due.at)
                try await sender.send(message, to: hook)
                unsent[hook.name] = nil
            } catch {
                unsent[hook.name] = error.kind == .message ? nil : due
                let fault = error.fault
                invocation.say("\(SpanText.time(invocation.now)) \(fault.place): \(fault.what). \(fault.next)")
            }
        }
    }

    private static func line(_ alert: Alert) -> String {
        let place = "\(alert.result.id) at \(alert.result.site)"
        return (alert.isOver ? "over: \(place)" : "\(alert.result.verdict.rawValue): \(place): \(alert.result.seen)")
            .shownSafely
    }

    private static func sleep(_ milliseconds: Int64, _ clock: any EngineClock, _ interruption: Interruption) async {
        var left = milliseconds
        while left > 0, !interruption.isAsked, !Task.isCancelled {
            await clock.sleep(milliseconds: min(left, 200))
            left -= 200
        }
    }
}
