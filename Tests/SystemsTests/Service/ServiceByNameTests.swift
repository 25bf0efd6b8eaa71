import FailoverModel
import Testing

@testable import Systems

/// `service.check-by-name`: the names as their servers have them, whatever this machine remembers.
@Suite("The service by name", .timeLimit(.minutes(1)))
struct ServiceByNameTests {
    /// A server of one zone that answers from a dictionary.
    struct Zone: DNSTransport {
        var records: [String: DNSRecordSet]

        func answers(
            to messages: [[UInt8]], from server: DNSZone.Server, effect: DNSEffect
        ) async throws(Fault) -> [[UInt8]] {
            if server.port == 1 {
                throw Fault(.unreachable, "the connection was refused", at: "name server \(server)", next: "Wait")
            }
            do { return try messages.map { try answer($0) } } catch {
                throw Fault(.invalid, "\(error)", at: "test", next: "Correct the test")
            }
        }

        private func answer(_ bytes: [UInt8]) throws -> [UInt8] {
            let question = try DNSMessage(bytes)
            let asked = try #require(question.questions.first)
            // Its question is answered as it stands: the header says "answer, with authority", and a record may follow.
            var answer = bytes
            answer[2] |= 0x84
            guard let set = records["\(asked.name)".lowercased().trimmingDot],
                set.type.code == asked.type
            else { return answer }
            answer[7] = UInt8(set.values.count)
            for address in set.values.compactMap({ InternetAddress($0) }) {
                answer += [0xC0, 0x0C, 0, UInt8(asked.type), 0, 1, 0, 0, 0, 60, 0, UInt8(address.bytes.count)]
                answer += address.bytes
            }
            return answer
        }
    }

    private func lookup(_ records: [String: String], servers: [UInt16] = [53]) throws -> (DNSZone, Zone) {
        let home = try #require(InternetAddress("192.0.2.53"))
        let zone = DNSZone(
            name: "ess.test",
            driver: .route53(.init(id: "Z", keys: AWSKeys(accessKey: .environment("A"), secretKey: .environment("B")))),
            servers: servers.map { .init(address: home, port: $0) })
        let sets = records.map {
            ($0.key, DNSRecordSet($0.key, .address4, $0.value.split(separator: ",").map(String.init), ttlSeconds: 60))
        }
        return (zone, Zone(records: Dictionary(uniqueKeysWithValues: sets)))
    }

    private func routes(
        _ records: [String: String], hosts: [String], servers: [UInt16] = [53]
    ) async throws -> ServiceRoutes {
        let (zone, transport) = try lookup(records, servers: servers)
        let sites = [1, 2].map { number in
            Topology.Site(
                name: "dc\(number)", postgres: [],
                service: ServiceEndpoint(
                    ingress: HostAndPort(host: "127.0.0.1", port: 8000 + number),
                    publicAddresses: InternetAddress("203.0.113.\(number)").map { [$0] } ?? []))
        }
        let topology = Topology(name: "t", sites: sites, dns: zone)
        return await ServiceRoutes(byNameTo: sites[1], in: topology, hosts: hosts, transport)
    }

    @Test func `names are looked up where they are changed, and which server said so is told`() async throws {
        let found = try await routes(
            ["matrix.ess.test": "198.51.100.7", "ess.test": "203.0.113.2"],
            hosts: ["matrix.ess.test", "ess.test", "push.example.org"], servers: [1, 53])
        #expect(
            found.title
                == "by name (as the name server 192.0.2.53 has the names; this machine's resolver for push.example.org)"
        )
        #expect(
            try found.route(to: "matrix.ess.test").get().connectTo == .init(host: "198.51.100.7", port: 443))
        // Where this machine does not get to the public address, it goes to the ingress.
        #expect(try found.route(to: "ess.test").get().connectTo == .init(host: "127.0.0.1", port: 8002))
        #expect(try found.route(to: "push.example.org").get().connectTo == nil)
    }

    @Test func `an alias, and a second address, are led to as they are`() async throws {
        let (zone, _) = try lookup([:])
        let site = { (number: Int, alias: String) in
            Topology.Site(
                name: "dc\(number)", postgres: [],
                dns: [DNSRecordSet("element.ess.test", .alias, [alias], ttlSeconds: 60)])
        }
        let sites = [site(1, "ingress.dc1.test"), site(2, "ingress.dc2.test")]
        let topology = Topology(name: "t", sites: sites, dns: zone)
        let route = NamedRoute(host: "element.ess.test", site: sites[1], topology: topology)
        #expect(try route.route(to: .alias("ingress.dc2.test")).connectTo == .init(host: "ingress.dc2.test", port: 443))
        let other = try await fault { try route.route(to: .alias("ingress.dc1.test")) }
        #expect(other.what == "leads to ingress.dc1.test, which is dc1")
        let several = try await routes(
            ["ess.test": "198.51.100.7,198.51.100.8"], hosts: ["ess.test"])
        #expect(try several.route(to: "ess.test").get().connectTo?.host == "198.51.100.7")
        #expect(several.others.map { "\($0.host) \($0.address)" } == ["ess.test 198.51.100.8"])
    }

    @Test func `a name that still leads to the other site, or nowhere, is told apart`() async throws {
        let found = try await routes(["matrix.ess.test": "203.0.113.1"], hosts: ["matrix.ess.test", "ess.test"])
        let other = try await fault { try found.route(to: "matrix.ess.test").get() }
        #expect(other.what == "leads to 203.0.113.1, which is dc1")
        let nowhere = try await fault { try found.route(to: "ess.test").get() }
        #expect(nowhere.what == "has no address at the name server 192.0.2.53")
        let silent = try await routes([:], hosts: ["ess.test"], servers: [1])
        let away = try await fault { try silent.route(to: "ess.test").get() }
        #expect(away.kind == .unreachable && silent.title == "by name (the name servers do not answer)")
    }
}

extension String {
    fileprivate var trimmingDot: String { hasSuffix(".") ? String(dropLast()) : self }
}
