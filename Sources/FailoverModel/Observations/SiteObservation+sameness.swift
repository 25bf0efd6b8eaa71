extension SiteObservation {
    /// Whether both say the same of the system, but for what moves on by itself: positions, times, numbers of sessions.
    package func isSameState(as other: SiteObservation) -> Bool { standing == other.standing }

    private var standing: SiteObservation {
        guard case .postgres(var server) = seen else { return self }
        let zero = LogPosition(bytes: 0)
        server.position = zero
        server.replayed = nil
        server.lastTransactionAt = nil
        server.foreignSessions = 0
        server.receiver?.lastMessageAt = nil
        for index in server.senders.indices {
            server.senders[index].replayed = nil
            server.senders[index].lagBytes = nil
        }
        for index in server.slots.indices { server.slots[index].retainedBytes = nil }
        return SiteObservation(site: site, cluster: cluster, seen: .postgres(server))
    }
}
