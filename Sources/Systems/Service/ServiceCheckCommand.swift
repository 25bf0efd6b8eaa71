import FailoverModel
import Foundation

/// `service.check`: waits until the site's service answers its users with the status that means "serving".
///
/// Whatever keeps it from that – no connection, an old certificate while the ingress changes over, another status – is a reason to
/// look again until the step's deadline, so it is `waiting`, never a failure of its own.
struct ServiceCheckCommand: StepCommand {
    static let name = "service.check"
    let transport: any HTTPTransport
    let baseDirectory: String

    func examine(_ context: StepContext) async throws(Fault) -> Finding {
        guard let service = context.topology.site(named: context.site)?.service else {
            throw Fault(
                .invalid, "the topology gives it no service", at: "site \(context.site)",
                next: "Add service: to the site, or take the step out of the runbook.")
        }
        let security = TLSSettings(authorities: try authorities(of: service, site: context.site))
        // A short deadline of its own: the next look may find it serving.
        let limits = HTTPLimits(totalMilliseconds: 10_000, connectMilliseconds: 3_000, bodyBytes: 8 * 1024 * 1024)
        let request = HTTPRequest(
            .get, service.url, headers: ["User-Agent": "handover"], limits: limits, security: security)
        _ = try HTTPTarget(request)
        do throws(Fault) {
            let status = Int64(try await transport.send(request).status)
            let isServing = status == service.expectedStatus
            let seen = SiteObservation(site: context.site, seen: .service(status: status, isServing: isServing))
            let facts: JSONValue = ["status": .integer(status)]
            return isServing
                ? Finding(.done, "the service answers \(status)", facts: facts, observations: [seen])
                : Finding(
                    .waiting, "the service answers \(status), expected is \(service.expectedStatus)", facts: facts,
                    observations: [seen])
        } catch {
            let seen = SiteObservation(site: context.site, seen: .unreachable(system: "service", reason: error.what))
            return Finding(.waiting, "the service does not answer: \(error.what)", observations: [seen])
        }
    }

    func act(_ context: StepContext, on finding: Finding) async throws(Fault) {}

    private func authorities(of service: ServiceEndpoint, site: String) throws(Fault) -> TLSSettings.PEM? {
        guard let file = service.caCertificate else { return nil }
        let path =
            file.hasPrefix("/") ? file : URL(filePath: baseDirectory).appending(path: file).standardizedFileURL.path
        guard FileManager.default.isReadableFile(atPath: path) else {
            throw Fault(
                .invalid, "the file of service.caCertificate cannot be read: \(path)", at: "site \(site)",
                next: "Put the file there, or correct the topology.")
        }
        return .file(path)
    }
}

/// The step commands of this system by the name that runbooks use.
package enum ServiceCommands {
    /// `baseDirectory` is what relative paths of the topology are relative to.
    package static func all(
        baseDirectory: String, transport: any HTTPTransport = HTTPClient()
    ) -> [String: any StepCommand] {
        [ServiceCheckCommand.name: ServiceCheckCommand(transport: transport, baseDirectory: baseDirectory)]
    }
}
