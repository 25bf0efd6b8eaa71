import ArgumentParser
import FailoverModel
import Systems

/// `handover notify`.
struct NotifyCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "notify", abstract: "Tell the alert hooks what they do not know yet of runs, or try them.",
        discussion: """
            Every command that carries out a run, and every watch, tells the topology's hooks (alerts:) beside its work when \
            a run begins, waits for a person, is past the point of no return, stops and ends. What a hook did not take is \
            told by the next command; this one tells it now. A hook that is new begins here: nothing of the past is sent \
            to it. What is older than a day is told as one message. --test sends a message to every hook and says what each \
            answered.

            Exits with 1 where a hook did not take it.

            Examples:
              handover notify --test
              handover notify
            """)

    @Flag(help: "Send a test message to every hook.")
    var test = false
    @OptionGroup var common: CommonOptions

    func perform(_ invocation: Invocation) async throws -> ExitStatus {
        let topology = try TopologyFile.read(invocation)
        let sender = HookSender(topology, invocation)
        guard !(test ? topology.alerts : sender.hooks(for: .runs)).isEmpty else {
            throw CommandFailure(
                kind: "invalid", what: "no hook is told of runs", place: invocation.topologyPath,
                next: "Name one below alerts:, as in runbooks/topology.example.yaml", status: .badInput)
        }
        let reports = test ? await self.test(topology, sender, invocation) : try await tell(topology, invocation)
        let status = reports.contains(where: \.isFailure) ? ExitStatus.stopped : .done
        if invocation.isJSON {
            invocation.print([
                "hooks": .array(reports.map(\.json)), "exitCode": .integer(Int64(status.rawValue)),
            ])
        } else {
            for report in reports { invocation.print(report.text) }
        }
        return status
    }

    private func test(_ topology: Topology, _ sender: HookSender, _ invocation: Invocation) async -> [HookReport] {
        let message = HookMessage.test(
            topology: topology.name, host: LocalExecutors.hostName(), actor: try? invocation.actor, at: invocation.now)
        return await Self.eachHook(topology.alerts) { hook in
            do throws(HookFailure) {
                try await sender.examine(hook)
                try await sender.send(message, to: hook)
                return HookReport(hook: hook, outcome: .tested)
            } catch { return HookReport(hook: hook, outcome: .failed(error.fault)) }
        }
    }

    private func tell(_ topology: Topology, _ invocation: Invocation) async throws -> [HookReport] {
        let courier = try Courier(
            invocation, topology: topology, file: JournalFile(invocation), run: nil, say: { _ in })
        return await Self.eachHook(courier.workers.map(\.hook)) { hook in
            guard let worker = courier.workers.first(where: { $0.hook == hook }) else {
                return HookReport(hook: hook, outcome: .told(0))
            }
            let outcome = await worker.pass(isLast: true)
            switch outcome {
            case .told:
                let (count, leftOut) = (await worker.toldCount, await worker.leftOutCount)
                return HookReport(
                    hook: hook, outcome: await worker.isNew && count == 0 ? .new : .told(count), leftOut: leftOut)
            case .elsewhere: return HookReport(hook: hook, outcome: .elsewhere)
            case .later:
                let unknown = Fault(.uncertain, "it was not told", at: HookSender.place(hook), next: "Try again")
                return HookReport(hook: hook, outcome: .failed(await worker.trouble?.fault ?? unknown))
            }
        }
    }

    /// All at the same time; the reports in the order of the file.
    private static func eachHook(
        _ hooks: [AlertHook], _ body: @escaping @Sendable (AlertHook) async -> HookReport
    ) async -> [HookReport] {
        await withTaskGroup(of: (Int, HookReport).self) { group in
            for (index, hook) in hooks.enumerated() { group.addTask { (index, await body(hook)) } }
            var reports: [(Int, HookReport)] = []
            for await report in group { reports.append(report) }
            return reports.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }
}

/// What became of one hook.
struct HookReport: Sendable {
    enum Outcome: Equatable, Sendable {
        case tested
        case told(Int)
        /// Never told anything before, and nothing was sent.
        case new
        case elsewhere
        case failed(Fault)
    }

    var hook: AlertHook
    var outcome: Outcome
    /// How many messages it refused for themselves; nobody sends them again.
    var leftOut = 0

    var isFailure: Bool { if case .failed = outcome { true } else { false } }

    var text: String {
        let place = "\(hook.name) (\(hook.form.rawValue))"
        let words =
            switch outcome {
            case .tested: "took the test message"
            case .told(0): "knows everything"
            case .told(1): "took 1 message"
            case .told(let count): "took \(count) messages"
            case .new: "is new: it is told of what comes from now on"
            case .elsewhere: "is being told by another process right now"
            case .failed(let fault): "\(fault.what). \(fault.next)"
            }
        let refused = leftOut == 0 ? "" : "; \(leftOut) it refused, and they are left out"
        return "\(place): \(words)\(refused)".shownSafely
    }

    var json: JSONValue {
        var fields: [String: JSONValue] = ["name": .string(hook.name), "form": .string(hook.form.rawValue)]
        switch outcome {
        case .tested: fields["outcome"] = "tested"
        case .told(let count):
            fields["outcome"] = "told"
            fields["messages"] = .integer(Int64(count))
            fields["leftOut"] = .integer(Int64(leftOut))
        case .new: fields["outcome"] = "new"
        case .elsewhere: fields["outcome"] = "elsewhere"
        case .failed(let fault):
            fields["outcome"] = "failed"
            fields["what"] = .string(fault.what)
            fields["next"] = .string(fault.next)
        }
        return .object(fields)
    }
}

extension HookMessage {
    /// A message that means nothing, and says so.
    static func test(topology: String, host: String, actor: String?, at moment: Moment) -> HookMessage {
        let who = actor.map { "\($0) on \(host)" } ?? host
        let text = "A test from \(who): messages of Handover arrive here. Nothing is wrong, and nothing is to be done."
        return HookMessage(
            key: "handover-test-\(moment.microseconds)", at: moment,
            lines: [.headline("\(topology): a test"), .text(text)],
            document: ["matter": "test", "text": .string(text), "host": .string(host)],
            signals: [
                HookSignal(
                    labels: ["alertname": "HandoverTest", "topology": topology, "severity": "info"], summary: text,
                    description: "It ends by itself after five minutes.", isOver: false, at: moment,
                    lastsMilliseconds: 300_000)
            ])
    }
}
