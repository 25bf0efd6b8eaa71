package import FailoverModel

/// The way to the name servers of a topology.
package struct DNSAccess: Sendable {
    private let secrets: any SecretSource
    private let transport: any DNSTransport
    private let http: any HTTPTransport
    let now: @Sendable () -> Moment

    /// `now` is the time that updates are signed with, and that tells until when old answers may live.
    package init(
        secrets: any SecretSource, transport: any DNSTransport = TCPTransport(), http: any HTTPTransport = HTTPClient(),
        now: @escaping @Sendable () -> Moment
    ) {
        self.secrets = secrets
        self.transport = transport
        self.http = http
        self.now = now
    }

    /// What all servers and the place of change say about the names.
    func look(at names: [String], in zone: DNSZone) async throws(Fault) -> ZonePicture {
        let source = try writer(for: zone)
        let written = try await source.look(at: names)
        var picture = ZonePicture(source: written.sets, absenceSeconds: written.absenceSeconds, servers: [])
        // Of these names, servers answer the provider's own addresses.
        let seen = names.filter { !written.sets.isProxied($0) }
        // The first server of a zone with dynamic updates has just been asked.
        let others: [DNSZone.Server]
        switch zone.driver {
        case .dynamicUpdate:
            others = Array(zone.servers.dropFirst())
            if let first = zone.servers.first { picture.servers.append(.init(server: first, seen: .success(written))) }
        case .powerDNS, .route53: others = zone.servers
        case .cloudflare:
            picture.automaticSeconds = CloudflareWriter.automaticSeconds
            others = seen.isEmpty ? [] : zone.servers
        }
        for (server, seen) in zip(others, await ask(others, seen)) {
            picture.servers.append(.init(server: server, seen: seen))
        }
        return picture
    }

    /// Asks all at the same time: a silent one is waited for only once.
    private func ask(
        _ servers: [DNSZone.Server], _ names: [String]
    ) async -> [Result<NameServer.Answer, Fault>] {
        await withTaskGroup(of: (Int, Result<NameServer.Answer, Fault>).self) { group in
            for (index, server) in servers.enumerated() {
                let server = NameServer(server: server, transport: transport)
                group.addTask {
                    do throws(Fault) { return (index, .success(try await server.look(at: names))) } catch {
                        return (index, .failure(error))
                    }
                }
            }
            var all: [(Int, Result<NameServer.Answer, Fault>)] = []
            for await one in group { all.append(one) }
            return all.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    /// What says that external-dns manages the names; the first server that answers is believed. None where there is no
    /// server to ask, but only a provider's API.
    func ownerships(of names: [String], in zone: DNSZone) async throws(Fault) -> [NameOwnership] {
        var last: Fault?
        for server in zone.servers {
            do throws(Fault) {
                return try await NameServer(server: server, transport: transport).ownerships(of: names, zone: zone.name)
            } catch { last = error }
        }
        if let last { throw last }
        return []
    }

    func writer(for zone: DNSZone) throws(Fault) -> any ZoneWriter {
        switch zone.driver {
        case .powerDNS(let server):
            return PowerDNSWriter(zone: zone.name, server: server, secrets: secrets, transport: http)
        case .route53(let hosted):
            return Route53Writer(zone: zone.name, hosted: hosted, secrets: secrets, transport: http)
        case .cloudflare(let hosted):
            return CloudflareWriter(zone: zone.name, hosted: hosted, secrets: secrets, transport: http)
        case .dynamicUpdate(let key):
            guard let first = zone.servers.first else {
                throw Fault(
                    .invalid, "the topology names no server of the zone", at: "zone \(zone.name)",
                    next: "Add it below \"servers\" of \"dns\".")
            }
            return UpdateWriter(
                zone: zone.name, server: NameServer(server: first, transport: transport), key: key, secrets: secrets,
                now: now)
        }
    }
}
