import FailoverModel
import RunEngine
import StatusPage

/// The page while it is served: says where it is, keeps systemd's watchdog fed, and ends in good order.
struct ServedPage {
    let server: PageServer
    let settings: PageSettings
    let invocation: Invocation

    func run() async throws -> ExitStatus {
        let interruption = Interruption()
        let signals = invocation.wiring.handlesSignals ? StopSignals(interruption) { _ in } : nil
        defer { signals?.end() }
        let manager = ServiceManager(socketPath: invocation.wiring.environment("NOTIFY_SOCKET"))
        // Whichever ends first ends the other: the wait when it is asked to, the server when it cannot serve.
        return try await withThrowingTaskGroup(of: ExitStatus.self) { group in
            group.addTask { [server, self] in
                try await server.run { port in
                    announce(port)
                    manager.tell("READY=1")
                }
                return .done
            }
            group.addTask { [server, invocation] in
                let clock = invocation.wiring.clock
                var failure: String?
                while !interruption.isAsked, !Task.isCancelled {
                    let now = server.failure
                    if let now, now != failure { invocation.say("\(SpanText.time(invocation.now)) \(now)") }
                    failure = now
                    if now == nil { manager.tell("WATCHDOG=1") }
                    await clock.sleep(milliseconds: 200)
                }
                manager.tell("STOPPING=1")
                server.letGo()
                // What is being sent gets a moment to arrive.
                await clock.sleep(milliseconds: 50)
                return .done
            }
            defer { group.cancelAll() }
            return try await group.next() ?? .done
        }
    }

    private func announce(_ port: Int) {
        let scheme = settings.certificates == nil ? "http" : "https"
        let address = "\(scheme)://\(settings.address.shownHost):\(port)/"
        if invocation.isJSON {
            invocation.print(["url": .string(address), "approvals": .bool(settings.allowsAnswers)])
        } else {
            invocation.print(
                "The status page is at \(address)\(settings.allowsAnswers ? ", with approvals" : "") (Ctrl-C ends it)")
        }
    }
}
