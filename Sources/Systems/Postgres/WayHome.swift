package import FailoverModel

/// What a way back from the serving site to the old one would cost, seen at the databases of both. Looks only.
package struct WayHome: PostgresWorker {
    /// One cluster, in sentences.
    package struct View: Equatable, Sendable {
        package var cluster: String
        /// What the old site alone has, which a way back throws away; `nil` bytes where nobody knows.
        package var bytesOnlyThere: UInt64?
        /// `nothing: …`, `1220 bytes …`, `unknown: …`.
        package var loss: String
        /// Whether the promotion may be wound back instead, and why; `nil` where there is no old primary to wind back to.
        package var windBack: WindBack?
        package var observations: [SiteObservation]
    }

    let access: PostgresAccess
    let topology: Topology

    package init(access: PostgresAccess, topology: Topology) {
        self.access = access
        self.topology = topology
    }

    /// `serving` took over from `old`. By cluster, in the topology's order.
    package func look(serving: String, old: String) async -> [View] {
        var views: [View] = []
        for cluster in topology.site(named: old)?.postgres.map(\.cluster) ?? [] {
            guard let here = try? access.server(at: serving, cluster: cluster, in: topology, run: "rollback"),
                let there = try? access.server(at: old, cluster: cluster, in: topology, run: "rollback")
            else { continue }
            let looks = await look(at: [here, there])
            var view = await view(here, there, looks)
            view.observations = looks.observations
            views.append(view)
        }
        return views
    }

    private func view(_ here: PostgresTarget, _ there: PostgresTarget, _ looks: Looks) async -> View {
        for target in [here, there] {
            if let fault = looks.fault(of: target.site) {
                return unknown(target, "\(target.place) cannot be looked at (\(fault.what))")
            }
        }
        guard let primary = looks.sight(of: here.site), let former = looks.sight(of: there.site) else {
            return unknown(there, "\(there.place) was not looked at")
        }
        if primary.observation.isInRecovery { return unknown(here, "\(here.place) is no primary any more") }
        guard primary.observation.systemIdentifier == former.observation.systemIdentifier else {
            return unknown(
                there,
                "\(there.place) holds another database (system identifier "
                    + "\(former.observation.systemIdentifier), not \(primary.observation.systemIdentifier))")
        }
        do throws(Fault) {
            return try await compare((here, primary), (there, former))
        } catch { return unknown(there, error.what) }
    }

    private func compare(
        _ here: (target: PostgresTarget, sight: ServerSight), _ there: (target: PostgresTarget, sight: ServerSight)
    ) async throws(Fault) -> View {
        let (own, its) = (here.sight.observation, there.sight.observation)
        let place = there.target.place
        let windBack = await windBack(here, there)
        func view(_ bytes: UInt64, _ loss: String) -> View {
            View(
                cluster: here.target.server.cluster, bytesOnlyThere: bytes, loss: loss, windBack: windBack,
                observations: [])
        }
        if its.timeline == own.timeline, its.isInRecovery {
            return view(0, "nothing: \(place) is a standby on timeline \(own.timeline)")
        }
        guard let fork = try await here.target.history(of: own.timeline).fork(from: its.timeline) else {
            return unknown(
                there.target, "\(place) is on timeline \(its.timeline), which is no ancestor of \(own.timeline)")
        }
        let ahead = there.sight.recoveryPoint.bytesAhead(of: fork)
        return ahead > 0
            ? view(ahead, "\(ahead) bytes of timeline \(its.timeline) after \(fork), which only \(place) has")
            : view(0, "nothing: \(place) stands at \(there.sight.recoveryPoint), not beyond the fork at \(fork)")
    }

    private func windBack(
        _ here: (target: PostgresTarget, sight: ServerSight), _ there: (target: PostgresTarget, sight: ServerSight)
    ) async -> WindBack? {
        if there.sight.observation.isInRecovery { return nil }
        do throws(Fault) {
            return try await WindingBack(access: access).judge(here, there)
        } catch { return WindBack(isPossible: false, reason: error.what) }
    }

    private func unknown(_ target: PostgresTarget, _ why: String) -> View {
        View(
            cluster: target.server.cluster, bytesOnlyThere: nil, loss: "unknown: \(why)",
            windBack: nil, observations: [])
    }
}
