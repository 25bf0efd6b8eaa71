package import FailoverModel

/// `postgres.clear-synchronous`: clears a `synchronous_standby_names` on `to` that would let every commit hang after promotion.
///
/// One that the sites that will follow can satisfy is left alone: somebody wanted it.
package struct ClearSynchronousCommand: PostgresCommand {
    package static let name = "postgres.clear-synchronous"
    private static let setting = "synchronous_standby_names"
    let access: PostgresAccess

    package func examine(_ context: StepContext) async throws(Fault) -> Finding {
        let target = try target(at: context.to, context)
        let looks = await look(at: [target] + (try targets(except: [context.to, context.from], context)))
        if let fault = looks.fault(of: context.to) { throw fault }
        guard let sight = looks.sight(of: context.to) else {
            return Finding(.waiting, "\(target.place) was not looked at")
        }
        let followers = looks.seen.filter { $0.target.site != context.to && $0.sight.observation.isInRecovery }
            .map(\.target.server.replication.applicationName)
        let value = sight.observation.synchronousStandbyNames
        let memory = RememberedSetting(name: Self.setting, in: sight.settings).json
        let facts = facts(Self.name, at: target, sight.brief.merging(["setting": memory]) { $1 })
        guard let names = SynchronousStandbyNames(value) else {
            return Finding(
                .done, "\(target.place) waits for no synchronous standby", facts: facts,
                observations: looks.observations)
        }
        if names.isSatisfied(by: followers) {
            return Finding(
                .done,
                "synchronous_standby_names = \(value) on \(target.place) will be satisfied by the sites that follow",
                facts: facts, observations: looks.observations)
        }
        return Finding(
            .needed,
            "synchronous_standby_names = \(value) would let commits on \(target.place) hang and will be cleared",
            facts: facts, observations: looks.observations)
    }

    package func act(_ context: StepContext, on finding: Finding) async throws(Fault) {
        let target = try target(at: context.to, context)
        let connection = try await target.connect()
        defer { connection.close() }
        try await confirm(connection, is: target, on: finding, inRecovery: nil)
        try await access.hand(for: target).clearSynchronous(target, connection)
        _ = try await look(at: target, within: access.limits.settle) { $0.observation.synchronousStandbyNames.isEmpty }
    }

    package func examineUndo(_ context: StepContext) async throws(Fault) -> Finding {
        let target = try target(at: context.to, context)
        guard let memory = context.remembered?["setting"] else {
            return Finding(.done, "synchronous_standby_names of \(target.place) was not changed")
        }
        let sight = try await target.look()
        let old = RememberedSetting(name: Self.setting, json: memory)
        let isBack = sight.observation.synchronousStandbyNames == old.value
        return Finding(
            isBack ? .done : .needed,
            isBack
                ? "\(target.place) has its synchronous_standby_names"
                : "synchronous_standby_names = \(old.value) will be put back",
            facts: facts(Self.name, at: target, sight.brief), observations: [sight.siteObservation])
    }

    package func undo(_ context: StepContext, on finding: Finding) async throws(Fault) {
        let target = try target(at: context.to, context)
        let connection = try await target.connect()
        defer { connection.close() }
        try await confirm(connection, is: target, on: finding, inRecovery: nil)
        let old = RememberedSetting(name: Self.setting, json: context.remembered?["setting"])
        try await access.hand(for: target).restoreSynchronous(
            target, connection, to: old, remembered: context.remembered)
        _ = try await look(at: target, within: access.limits.settle) {
            $0.observation.synchronousStandbyNames == old.value
        }
    }
}
