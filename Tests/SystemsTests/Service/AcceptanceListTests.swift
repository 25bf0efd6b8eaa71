import Crypto
import FailoverModel
import Foundation
import Testing

@testable import Systems

/// The acceptance list against a real server with TLS: each way in which a service can be wrong is told apart.
@Suite("The acceptance list of a service", .timeLimit(.minutes(2)))
struct AcceptanceListTests {
    /// A service that is right in everything, and a bench that asks it.
    private func withService(
        _ door: ScriptedService.Door = .right, _ body: (ScriptedService, ServiceBench) async throws -> Void
    ) async throws {
        try await ScriptedService.run { service in
            let bench = try ServiceBench(service, door)
            try answers(service)
            try await body(service, bench)
        }
    }

    private func answers(
        _ service: ScriptedService, _ more: [String: [String: any Sendable]] = [:], key: String? = nil
    ) throws {
        let published = try key ?? ServiceBench.published()
        try service.say(["matrix.ess.test/_matrix/key/v2/server": ["body": published]].merging(more) { $1 })
    }

    @Test func `a right service is proven by a write, and is asked with its own name and SNI`() async throws {
        try await withService { service, bench in
            let done = try await bench.check()
            #expect(done.verdict == .done)
            #expect(
                done.sentence.hasPrefix("15 of 15 answers through the ingress 127.0.0.1:\(service.port()) are right"))
            #expect(done.sentence.contains("derived from the signing key of dc1"))
            #expect(done.sentence.hasSuffix("what was written as @handover:ess.test came back"))
            #expect(done.facts["probe"]?["run"]?.text == "run-1/service")
            #expect(done.observations == [SiteObservation(site: "dc2", seen: .service(status: 200, isServing: true))])
            let seen = service.seen
            for host in ScriptedService.hosts { #expect(seen.contains { $0.contains(" \(host) /") }, "\(host)") }
            #expect(
                seen.allSatisfy { line in
                    let words = line.split(separator: " ")
                    return words[3] == "sni=\(words[1])"
                })
            // Only what is the probe user's is asked with its token.
            #expect(
                seen.filter { $0.hasSuffix("token") }.allSatisfy {
                    $0.contains("whoami") || $0.contains("account_data")
                })
            #expect(seen.count { $0.hasPrefix("PUT ") } == 1)
        }
    }

    @Test func `without a probe user it says that only reads were proven, and check warns of it`() async throws {
        try await withService { service, bench in
            var bench = bench
            bench.topology.service?.probe = nil
            let done = try await bench.check()
            #expect(done.verdict == .done && done.sentence.contains("only reads were proven"))
            let checks = await bench.checks()
            #expect(checks["service.write dc1"]?.verdict == .warning)
            #expect(!service.seen.contains { $0.hasPrefix("PUT") })
        }
    }

    @Test func `wrong answers are told apart in words`() async throws {
        try await withService { service, bench in
            let noBackend: [String: any Sendable] = [
                "status": 429, "body": #"{"errcode":"M_UNKNOWN","error":"Server is unavailable"}"#,
            ]
            for (place, answer, words) in [
                ("matrix.ess.test/_matrix/client/versions", noBackend, "HAProxy has no backend"),
                (
                    "matrix.ess.test/_matrix/client/versions",
                    ["status": 429, "body": #"{"errcode":"M_LIMIT_EXCEEDED"}"#],
                    "M_LIMIT_EXCEEDED): it was asked too often"
                ),
                ("matrix.ess.test/_matrix/client/versions", ["cut": 20], "broke before the answer was complete"),
                ("matrix.ess.test/_matrix/client/versions", ["body": "<html>"], "answers 200, but not with JSON"),
                ("matrix.ess.test/_matrix/client/versions", ["body": "{}"], "its JSON has no /versions"),
                (
                    "matrix.ess.test/_matrix/federation/v1/version",
                    ["status": 500, "body": #"{"errcode":"M_UNKNOWN","error":"Internal server error"}"#],
                    "answers 500 (M_UNKNOWN: Internal server error), expected is 200"
                ),
                (
                    "ess.test/.well-known/matrix/server", ["body": #"{"m.server":"old.example:443"}"#],
                    "/m.server of its JSON is \"old.example:443\", expected is \"matrix.ess.test:443\""
                ),
                (
                    "ess.test/.well-known/matrix/client",
                    [
                        "body":
                            #"{"m.homeserver":{"base_url":"https://matrix.ess.test/"},"org.matrix.msc4143.rtc_foci":[{"livekit_service_url":"https://rtc.dc1.test"}]}"#
                    ], "livekit_service_url in /org.matrix.msc4143.rtc_foci of its JSON is https://rtc.dc1.test"
                ),
                (
                    "account.ess.test/.well-known/openid-configuration", ["body": #"{"issuer":"https://other/"}"#],
                    "/issuer of its JSON is \"https://other/\""
                ),
                ("mrtc.ess.test/sfu/get", ["status": 200, "body": "OK"], "answers 200, expected is 405"),
                ("mrtc.ess.test/", ["status": 503, "body": "503"], "the ingress has nothing ready behind this host"),
                (
                    "element.ess.test/health", ["status": 404, "body": "no"],
                    "the ingress does not know this host or path"
                ),
                (
                    "matrix.ess.test/_matrix/client/v3/account/whoami",
                    ["status": 401, "body": #"{"errcode":"M_UNKNOWN_TOKEN"}"#],
                    "the probe user's access token is not accepted"
                ),
            ] as [(String, [String: any Sendable], String)] {
                try answers(service, [place: answer])
                let trouble = try await bench.trouble()
                #expect(trouble.hasPrefix("1 of 15 answers"), "\(trouble)")
                #expect(trouble.contains(words) && trouble.contains(place), "\(trouble)")
            }
            // The same trouble of several is told once.
            try answers(service, ["matrix.ess.test": noBackend])
            let trouble = try await bench.trouble()
            #expect(trouble.contains("matrix.ess.test/_synapse/ess/version and 4 more: each answers 429"), "\(trouble)")
        }
    }

    @Test func `an answer that is too slow, and one that never comes, are told apart`() async throws {
        try await withService { service, bench in
            var bench = bench
            bench.topology.service?.latencyMilliseconds = 200
            try answers(service, ["element.ess.test/health": ["delay": 0.5, "body": "OK"]])
            let slow = try await bench.trouble()
            #expect(
                slow.contains("element.ess.test/health is slow: its answer took ") && slow.contains("at most 200 ms"),
                "\(slow)")
        }
    }

    @Test func `certificates are told apart: another name, a strange authority, one that ends soon`() async throws {
        try await ScriptedService.run { service in
            try await certificates(service)
        }
    }

    private func certificates(_ service: ScriptedService) async throws {
        var other = try ServiceBench(service, .otherName)
        try answers(service)
        let name = try await other.trouble()
        #expect(
            name.contains("certificate is for another name than ess.test (it is for other.example, signed by CN = ca"),
            "\(name)")
        other = try ServiceBench(service, .stranger)
        let strange = try await other.trouble()
        #expect(strange.contains("signed by an authority that is not trusted (unknown CA)"), "\(strange)")
        #expect(strange.contains("signed by CN = stranger"), "\(strange)")
        #expect(!service.seen.contains { $0.hasSuffix("token") }, "nobody who is not trusted gets the token")
        let soon = try ServiceBench(service, .endsSoon)
        try answers(service)
        let done = try await soon.check()
        #expect(
            done.verdict == .done
                && done.sentence.contains("a certificate ends soon: that of ess.test and 5 more ends in "),
            "\(done.sentence)")
        let checks = await soon.checks()
        #expect(checks["service.certificates dc1"]?.verdict == .warning)
        #expect(checks["service.ingress dc2"]?.verdict == .warning)
        var later = try ServiceBench(service)
        try answers(service)
        later.topology.service?.certificateDays = 40
        #expect(await later.checks()["service.ingress dc2"]?.seen.contains(" days, and 40 are wanted") == true)
    }

    @Test func `with the database stopped every read is right, and the write tells`() async throws {
        try await withService { service, bench in
            let failure: [String: any Sendable] = [
                "status": 500, "body": #"{"errcode":"M_UNKNOWN","error":"Internal server error"}"#,
            ]
            let place = "matrix.ess.test/_matrix/client/v3/user/%40handover%3Aess.test/account_data/org.handover.probe"
            try answers(service, ["PUT \(place)": failure])
            let finding = try await bench.command().examine(bench.context())
            #expect(finding.verdict == .needed && finding.sentence.hasPrefix("15 of 15 answers"), "\(finding.sentence)")
            let unwritten = try await fault { try await bench.command().act(bench.context(), on: finding) }
            #expect(unwritten.kind == .throttled && unwritten.what.contains("answers 500 (M_UNKNOWN"), "\(unwritten)")
            let checks = await bench.checks()
            #expect(checks["service.write dc1"]?.verdict == .failing)
            #expect(checks.filter { $0.value.verdict != .ok }.map(\.key) == ["service.write dc1"])
            try answers(service, ["PUT \(place)": ["cut": 5]])
            let broken = try await fault { try await bench.command().act(bench.context(), on: finding) }
            #expect(broken.kind == .throttled && broken.what.hasPrefix("the write was not answered: "), "\(broken)")
            // What comes back is not what was written.
            try answers(service, ["GET \(place)": ["body": #"{"once":"of another time"}"#]])
            try await bench.command().act(bench.context(), on: finding)
            let other = try await bench.command().verify(bench.context(), after: finding)
            #expect(other.verdict == .waiting && other.sentence.contains("is not what comes back"), "\(other.sentence)")
        }
    }

    @Test func `a token that is not accepted stops the write, and is shown nowhere`() async throws {
        try await withService { service, bench in
            var bench = bench
            bench.token = "another-planted-token-0815"
            let trouble = try await bench.trouble()
            #expect(trouble.contains("answers 401 (M_UNKNOWN_TOKEN: Invalid access token passed.)"), "\(trouble)")
            let content: JSONValue = ["probe": ["once": "x"]]
            let fault = try await fault {
                try await bench.command().act(bench.context(), on: Finding(.needed, "", facts: content))
            }
            #expect(fault.kind == .forbidden)
            bench.token = "two words"
            let odd = try await oddity(bench)
            let checks = await bench.checks().values.map { "\($0)" }
            for text in [trouble, "\(fault)", "\(odd)"] + checks {
                #expect(!text.contains("0815") && !text.contains("two words"))
            }
        }
    }

    private func oddity(_ bench: ServiceBench) async throws -> Fault {
        try await fault { try await bench.command().examine(bench.context()) }
    }

    // MARK: The server key

    @Test func `a published key that is not the old site's is refused, by fingerprint and without a value`()
        async throws
    {
        try await withService { service, bench in
            let stranger = Curve25519.Signing.PrivateKey()
            try answers(service, key: try ServiceBench.published(stranger))
            let refused = try await bench.check()
            #expect(
                refused.verdict == .refused(rule: "server-key-differs", acceptance: "dc2-server-key-differs"),
                "\(refused.sentence)")
            #expect(
                refused.sentence.contains("publishes ed25519:a_1 ")
                    && refused.sentence.contains("and dc1 signs with ed25519:a_1 "))
            let seed = ServiceBench.key.rawRepresentation.unpaddedBase64
            #expect(!"\(refused)".contains(seed) && !"\(refused)".contains(stranger.rawRepresentation.unpaddedBase64))
            let accepted = try await bench.check(accepted: ["dc2-server-key-differs"])
            #expect(accepted.verdict == .done)
            try answers(service, key: try ServiceBench.published(id: "ed25519:1"))
            #expect(try await bench.check().sentence.contains("publishes ed25519:1 "))
            try answers(service, key: try ServiceBench.published(signedBy: stranger))
            let unsigned = try await bench.trouble()
            #expect(unsigned.contains("its answer is not signed by it"), "\(unsigned)")
        }
    }

    @Test func `with the old site away its own Secret is derived from, and the last proof is told`() async throws {
        try await withService { _, bench in
            bench.clusters.takeAway("dc1")
            let done = try await bench.check()
            #expect(done.verdict == .done)
            #expect(
                done.sentence.contains(
                    "signing key of dc2 (dc1 does not answer; its Secrets were last proven equal at 1970-01-01T00:00:00Z)"
                ),
                "\(done.sentence)")
            var proven = bench
            proven.history["secrets"] = [
                "command": "secrets.check", "site": "dc2", "reference": "dc1", "isProven": true,
            ]
            let sentence = try await proven.check().sentence
            #expect(sentence.contains("(dc1 does not answer; this run has proven its Secrets equal)"), "\(sentence)")
            bench.clusters.put("dc2", signingKey: nil)
            let alone = try await bench.check()
            #expect(alone.verdict == .done && alone.sentence.contains("is compared with nothing"), "\(alone.sentence)")
            bench.clusters.put("dc2", signingKey: "ed25519 1 planted-and-no-seed")
            let odd = try await bench.trouble()
            #expect(odd.contains("is not an ed25519 signing key") && !odd.contains("planted"), "\(odd)")
            bench.clusters.takeAway("dc2")
            #expect(try await bench.trouble().contains("cannot be compared"))
        }
    }

    // MARK: Calls, and the user's own

    @Test func `the SFU's port and the address that it tells must be the site's own`() async throws {
        try await withService { _, bench in
            var bench = bench
            let port = try OpenPort()
            let home = try #require(InternetAddress("127.0.0.1"))
            for (index, address) in ["203.0.113.21", "203.0.113.22"].enumerated() {
                bench.topology.sites[index].service?.rtc = .init(
                    address: home, port: port.port, advertised: InternetAddress(address))
            }
            bench.clusters.put("dc2", advertised: "203.0.113.22")
            bench.clusters.put("dc1", advertised: nil)
            #expect(try await bench.check().sentence.hasPrefix("17 of 17 answers"))
            #expect(
                await bench.checks()["service.rtc-address dc1"]?.verdict == .warning, "it finds its address by itself")
            bench.clusters.put("dc2", advertised: "203.0.113.21")
            let refused = try await bench.check()
            #expect(refused.verdict == .refused(rule: "rtc-address-differs", acceptance: "dc2-rtc-address-differs"))
            #expect(refused.sentence == "the SFU of dc2 advertises 203.0.113.21, which is that of dc1")
            #expect(await bench.checks()["service.rtc-address dc2"]?.verdict == .failing)
            bench.clusters.put("dc2", advertised: "203.0.113.22")
            port.close()
            let closed = try await bench.trouble()
            #expect(closed.contains("TCP port \(port.port) of 127.0.0.1, which calls go to, is closed"), "\(closed)")
        }
    }

    @Test func `the user's own checks have a status, values, a limit and days of their own`() async throws {
        try await withService { service, bench in
            var bench = bench
            bench.topology.service?.checks = [
                ServiceQuestion(
                    name: "own", host: "element.ess.test", target: "/own",
                    json: [.init(pointer: "/status", expected: "ok"), .init(pointer: "/parts/0/up", expected: true)]),
                ServiceQuestion(
                    name: "away", target: "https://127.0.0.1:\(service.port(.otherName))/", expectedStatus: 404),
            ]
            let trouble = try await bench.trouble()
            #expect(trouble.hasPrefix("1 of 17 answers") && trouble.contains("https://127.0.0.1:"), "\(trouble)")
            bench.topology.service?.checks.removeLast()
            #expect(try await bench.check().verdict == .done)
            try answers(service, ["element.ess.test/own": ["body": #"{"status":"ok","parts":[{"up":false}]}"#]])
            let checks = await bench.checks()
            #expect(
                checks["service.own.own dc1"]?.seen.contains("/parts/0/up of its JSON is false, expected is true")
                    == true)
        }
    }
}
