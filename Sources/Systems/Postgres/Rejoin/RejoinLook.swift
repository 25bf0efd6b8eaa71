import FailoverModel

/// A site that is to become a standby again, as seen from everywhere: by SQL, from its host, and beside the primary.
struct RejoinLook: Sendable {
    var target: PostgresTarget
    /// The one site that is a primary.
    var source: (target: PostgresTarget, sight: ServerSight)
    /// By SQL; `nil` where the server does not answer.
    var own: ServerSight?
    var fault: Fault?
    /// From its host; `nil` where the topology names none and it was not needed.
    var host: (way: any DatabaseServerHost, sight: HostSight)?
    var surplus: Surplus?
    var observations: [SiteObservation]

    /// Its system identifier, from wherever it can be read.
    var systemIdentifier: String? { own?.observation.systemIdentifier ?? host?.sight.control?.systemIdentifier }
}

/// Looks at everything that decides how a site becomes a standby again.
struct RejoinLooking: PostgresWorker {
    var access: PostgresAccess

    /// The primary that the site is to follow: the only one there is, wherever that is.
    func source(
        _ looks: Looks, for site: String, _ context: StepContext
    ) throws(Fault) -> (target: PostgresTarget, sight: ServerSight) {
        let primaries = looks.seen.filter { $0.target.site != site && !$0.sight.observation.isInRecovery }
        if let only = primaries.first, primaries.count == 1 { return only }
        let place = "step \(context.step)"
        guard primaries.isEmpty else {
            let list = primaries.map { "\($0.target.place) (timeline \($0.sight.observation.timeline))" }
            throw Fault(
                .refused, "there are two primaries: \(list.joined(separator: ", "))", at: place,
                next: "Find out which of them serves, and stop the other; which to follow is not guessed")
        }
        // Where a site that may be the primary cannot be seen, that is the reason.
        if let unseen = looks.unseen.first(where: { $0.target.site != site }) { throw unseen.fault }
        throw Fault(
            .refused, "no other site is a primary, so there is none to follow", at: place,
            next: "Promote a site first, or check --from and --to")
    }

    /// `needsHost` is whether what SQL says is not enough.
    func look(_ context: StepContext) async throws(Fault) -> RejoinLook {
        let target = try target(at: context.site, context)
        let looks = await look(at: try targets(except: [], context))
        let source = try source(looks, for: context.site, context)
        var look = RejoinLook(
            target: target, source: source, own: looks.sight(of: context.site), fault: looks.fault(of: context.site),
            host: nil, surplus: nil, observations: looks.observations)
        guard let way = try access.hosts.host(of: target) else { return look }
        let first = try await sight(way, look)
        look.host = (way, first)
        let surplus = try await surplus(look, way)
        look.surplus = surplus.surplus
        look.host = (way, surplus.sight)
        return look
    }

    /// From the host; and by SQL, where the host shows nothing of a server that runs.
    private func sight(
        _ way: any DatabaseServerHost, _ look: RejoinLook, counting stretch: LogStretch? = nil
    ) async throws(Fault) -> HostSight {
        var sight = try await way.look(counting: stretch)
        guard way.isOpenOnlyWhenStopped, sight.isRunning, let own = look.own else { return sight }
        sight.control = HostSight.ControlData(of: own)
        sight.history = try await look.target.history(of: own.observation.timeline)
        return sight
    }

    /// How far the site's log goes beyond where the primary's history left it.
    private func surplus(
        _ look: RejoinLook, _ way: any DatabaseServerHost
    ) async throws(Fault) -> (surplus: Surplus?, sight: HostSight) {
        guard let first = look.host?.sight, let control = first.control, first.content == .cluster,
            control.systemIdentifier == look.source.sight.observation.systemIdentifier
        else { return (nil, look.host?.sight ?? HostSight.nothing) }
        let primary = look.source.sight.observation
        let timeline = look.own?.observation.timeline ?? control.timeline
        let end = look.own?.position ?? control.checkpoint
        if timeline == primary.timeline {
            let ahead = end.bytesAhead(of: primary.position)
            return (Surplus(divergence: nil, bytes: ahead, transactions: nil, isDiverged: ahead > 0), first)
        }
        let theirs = try await look.source.target.history(of: primary.timeline)
        // The control file of a server that runs lags behind what it has replayed.
        let own =
            timeline == control.timeline
            ? first.history ?? TimelineHistory(timeline: timeline, switches: [])
            : try await look.target.history(of: timeline)
        guard let divergence = Divergence(own: own, theirs: theirs) else {
            return (Surplus(divergence: nil, bytes: nil, transactions: nil, isDiverged: true), first)
        }
        guard divergence.timeline == timeline else {
            let bytes = end.bytesAhead(of: divergence.fork)
            return (Surplus(divergence: divergence, bytes: bytes, transactions: nil, isDiverged: true), first)
        }
        let second = try await sight(
            way, look, counting: LogStretch(timeline: divergence.timeline, from: divergence.fork))
        let beyond = second.beyond
        let last = [beyond?.end, end].compactMap { $0 }.max() ?? end
        // A server that still runs as a primary writes at least its shutdown checkpoint beyond the fork.
        let isPrimary = look.own?.observation.isInRecovery == false
        let isDiverged =
            isPrimary || (beyond?.records ?? 0) > 0 || (second.control?.checkpoint ?? end) >= divergence.fork
            || (look.own?.recoveryPoint ?? divergence.fork) > divergence.fork
        return (
            Surplus(
                divergence: divergence, bytes: last.bytesAhead(of: divergence.fork), transactions: beyond?.commits,
                isDiverged: isDiverged), second
        )
    }
}
