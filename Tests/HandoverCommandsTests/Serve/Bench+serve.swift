import FailoverModel
import Foundation
import Testing

@testable import HandoverCommands

extension Bench {
    /// Two tokens, of anna and ben.
    static let annasToken = "a4c3b2a1908f7e6d5c4b3a29"
    static let bensToken = "b4c3b2a1908f7e6d5c4b3a29"
    var tokens: String { "\(directory)/tokens" }

    func writeTokens() throws {
        try write("# who may see the page\nanna:\(Self.annasToken)\n\nben: \(Self.bensToken)\n", to: tokens)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: tokens)
    }

    /// Calls `body` while the page is served on loopback.
    func serving(_ more: String..., body: (WebClient) async throws -> Void) async throws {
        let (texts, shown) = AsyncStream.makeStream(of: String.self)
        let arguments = ["serve", "--listen", "127.0.0.1:0", "--json"] + more
        let served = Task {
            let ended = await call(arguments, written: { shown.yield($0) })
            shown.finish()
            return ended
        }
        do {
            let address = await texts.first { _ in true }
            let document = try JSONValue(json: Array((address ?? "").utf8))
            let url = try #require(document["url"]?.text, "\(document)")
            let port = try #require(UInt16(url.split(separator: ":").last?.dropLast() ?? ""))
            try await body(WebClient(port: port))
        } catch {
            served.cancel()
            _ = await served.value
            throw error
        }
        served.cancel()
        #expect(await served.value.code == 0)
    }

    /// A run that waits at its pivot.
    func waitingRun() async -> String {
        systems.setAway("dc1")
        _ = await run()
        return "small-1"
    }
}
