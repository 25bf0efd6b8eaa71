import FailoverModel
import Foundation
import Testing

@testable import Systems

@Suite("service.check of a site with only an address", .timeLimit(.minutes(1)))
struct ServiceCheckTests {
    func context(_ service: ServiceEndpoint?) -> StepContext {
        var site = Topology.Site(name: "dc2", postgres: [])
        site.service = service
        return StepContext(
            run: "r", step: "s", site: "dc2", from: "dc1", to: "dc2", others: [],
            topology: Topology(name: "t", sites: [site]))
    }

    func check(_ service: ServiceEndpoint?, directory: String = "/") async throws -> Finding {
        let kubernetes = KubernetesAccess(
            topology: Topology(name: "t", sites: []), baseDirectory: "/", environment: [:])
        let access = ServiceAccess(
            kubernetes: kubernetes, secrets: ServiceBench.Token(value: "x"), baseDirectory: directory,
            now: { Moment(microseconds: 0) })
        return try await #require(ServiceCommands.all(access: access)["service.check"]).examine(context(service))
    }

    @Test func `it is done only at the expected status, verified against the given authority`() async throws {
        try await PythonServer.run(.good) { server in
            let done = try await check(
                ServiceEndpoint(url: server.url("/echo"), caCertificate: "ca.pem"), directory: server.directory)
            #expect(done.verdict == .done)
            #expect(done.observations == [SiteObservation(site: "dc2", seen: .service(status: 200, isServing: true))])
            let other = try await check(
                ServiceEndpoint(url: server.url("/redirect"), caCertificate: server.file("ca.pem")))
            #expect(other.verdict == .waiting && other.sentence == "the service answers 302, expected is 200")
            let untrusted = try await check(ServiceEndpoint(url: server.url("/echo")))
            #expect(untrusted.verdict == .waiting && untrusted.sentence.contains("unknown CA"))
        }
    }

    @Test func `a service that is not there yet is waited for`() async throws {
        let finding = try await check(ServiceEndpoint(url: "https://127.0.0.1:1/"))
        #expect(finding.verdict == .waiting)
        #expect(
            finding.observations == [
                SiteObservation(
                    site: "dc2", seen: .unreachable(system: "service", reason: "the connection was refused"))
            ])
    }

    @Test func `a wrong configuration is not waited for`() async {
        await #expect(throws: Fault.self) { try await check(nil) }
        await #expect(throws: Fault.self) { try await check(ServiceEndpoint(url: "not a url")) }
        await #expect(throws: Fault.self) {
            try await check(ServiceEndpoint(url: "https://a", caCertificate: "/no/such"))
        }
    }
}
