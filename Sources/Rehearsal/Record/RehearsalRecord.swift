import FailoverModel

/// What a rehearsal is made of, as kept in `rehearsal.json`: enough for any later process to act on it.
struct RehearsalRecord: Codable, Sendable {
    /// Written before the first process is started; `ready` only when everything runs.
    enum Phase: String, Codable, Sendable {
        case preparing
        case ready
    }

    var format = 1
    var phase = Phase.preparing
    /// Where the PostgreSQL data really is: below the directory, or in /var/tmp where `postgres` cannot get there.
    var dataRoot: String
    var postgresPrograms: String
    var executable: String
    var podStartDelayMilliseconds: Int64
    var podStopDelayMilliseconds: Int64
    var isSynchronous: Bool
    /// The programs of others that it uses.
    var programs = InstalledPrograms()
    /// Whether each site has a stand-in for external-dns.
    var hasExternalDNS = false
    var hasFirewalls = false
    var hasStatefulSets = false
    var sites: [Site]
    var shared: SharedPorts
    /// The users' name server and the media's object storage, where their programs are installed.
    var names: ProcessIdentity?
    var media: ProcessIdentity?
    var writer: ProcessIdentity?

    struct Site: Codable, Sendable {
        var name: String
        var ports: SitePorts
        var postgres: ProcessIdentity?
        var site: ProcessIdentity?
        var forwarder: ProcessIdentity?

        var processes: [ProcessIdentity] { [postgres, site, forwarder].compactMap { $0 } }
    }

    var processes: [ProcessIdentity] { sites.flatMap(\.processes) + [names, media, writer].compactMap { $0 } }
    var siteNames: [String] { sites.map(\.name) }

    func site(named name: String) throws -> Site {
        try sites[index(of: name)]
    }

    func index(of name: String) throws -> Int {
        guard let index = sites.firstIndex(where: { $0.name == name }) else {
            throw Fault(
                .invalid, "there is no site \(name)", at: "rehearsal",
                next: "Name one of \(siteNames.joined(separator: ", "))")
        }
        return index
    }
}

/// A site's ports on 127.0.0.1: the servers' own, and the tool's way to each through the forwarder.
struct SitePorts: Codable, Equatable, Sendable {
    var postgres: Int
    var kubernetes: Int
    var ingress: Int
    /// Behind the ingress, where Synapse is a real one.
    var synapse: Int
    var postgresForTool: Int
    var kubernetesForTool: Int
    var ingressForTool: Int
    /// The ingress as the world sees it, and the way of the tool to it.
    var ingressTLS: Int
    var ingressTLSForTool: Int
    /// The SFU's TCP port, which the tool goes to directly: what passes connections on takes them in any case.
    var rtc: Int
    /// Of a drill's copy of the site's database.
    var drill: Int

    static let count = 11

    init(from first: Int) {
        postgres = first
        kubernetes = first + 1
        ingress = first + 2
        synapse = first + 3
        postgresForTool = first + 4
        kubernetesForTool = first + 5
        ingressForTool = first + 6
        ingressTLS = first + 7
        ingressTLSForTool = first + 8
        rtc = first + 9
        drill = first + 10
    }

    /// From the port the tool uses to the server's own.
    var routes: [(from: Int, to: Int)] {
        [
            (postgresForTool, postgres), (kubernetesForTool, kubernetes), (ingressForTool, ingress),
            (ingressTLSForTool, ingressTLS),
        ]
    }
}

/// The ports on 127.0.0.1 of what is outside of all sites.
struct SharedPorts: Codable, Equatable, Sendable {
    var names: Int
    var namesAPI: Int
    var media: Int

    static let count = 3

    init(from first: Int) {
        names = first
        namesAPI = first + 1
        media = first + 2
    }
}
