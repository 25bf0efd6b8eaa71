import FailoverModel
import Foundation
import Systems

/// Registers the probe user at a real Synapse and keeps its access token.
struct SynapseProbe: Sendable {
    var files: RehearsalFiles

    func register(at site: RehearsalRecord.Site) async throws {
        let user = ServiceHosts.probeUser.dropFirst().prefix { $0 != ":" }
        let body: JSONValue = [
            "auth": ["type": "m.login.dummy"], "username": .string(String(user)),
            "password": .string(UUID().uuidString),
        ]
        let url = "http://127.0.0.1:\(site.ports.synapse)/_matrix/client/v3/register"
        let answer = try await HTTPClient().send(
            HTTPRequest(
                .post, url, headers: ["Content-Type": "application/json"],
                body: try body.encoded(at: url)))
        guard answer.status == 200, let token = try JSONValue(decoding: answer.body, at: url)["access_token"]?.text
        else {
            throw Fault(
                .unavailable, "Synapse answers \(answer.status) to the registration of the probe user", at: site.name,
                next: "See \(files.log("\(site.name)-synapse"))")
        }
        try SmallFile.write(token + "\n", to: files.secret(ServiceHosts.probeTokenName))
    }
}
