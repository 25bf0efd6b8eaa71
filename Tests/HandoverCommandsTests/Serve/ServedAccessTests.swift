import FailoverModel
import Foundation
import HandoverTestSupport
import Testing

@testable import HandoverCommands
@testable import StatusPage

@Suite("Who may see the page", .timeLimit(.minutes(2)))
struct ServedAccessTests {
    @Test(arguments: [
        (["--listen", "0.0.0.0:8080"], "say who may see"), (["--listen", "192.0.2.1:80"], "say who may see"),
        (["--listen", "[::]:8080"], "say who may see"), (["--listen", "ops1:8080"], "say who may see"),
        (["--listen", "127.0.0.1.example.org:80"], "say who may see"),
        (["--listen", "8080"], "--listen is written like"),
        (["--tls-certificate", "a.pem"], "belong together"), (["--client-ca", "a.pem"], "needs --tls-certificate"),
        (["--approvals"], "needs to know who answers"), (["--token-file", "/nothing/here"], "no such token file"),
        (["--listen", "0.0.0.0:8080", "--tls-certificate", "a", "--tls-key", "b"], "say who may see"),
    ])
    func `What would let anybody in is refused with what to do`(arguments: [String], why: String) async throws {
        try await Bench.with { bench in
            _ = await bench.waitingRun()
            let ended = await bench.call(["serve"] + arguments)
            #expect(ended.code == 2 && ended.error.contains(why), "\(ended.error)")
        }
    }

    @Test(arguments: [
        ("anna", ":1: the line has no colon"), ("anna:short", ":1: the token is shorter"),
        ("#\n:\(Bench.annasToken)", ":2: the name"),
        ("a:\(Bench.annasToken)\nb:\(Bench.annasToken)", ":2: the name or the token stands"),
        ("a:\(Bench.annasToken)\na:\(Bench.bensToken)", ":2: the name or the token stands"),
        ("\n# none\n", "no token in it"),
        ("a\u{202E}b:\(Bench.annasToken)", ":1: the name"),
    ])
    func `A token file is read to the letter, and no token is shown`(text: String, why: String) throws {
        do {
            _ = try AccessTokens(text, file: "tokens")
            Issue.record("it was taken")
        } catch {
            #expect(error.description.contains(why), "\(error)")
            #expect(!error.description.contains(Bench.annasToken))
        }
    }

    @Test(arguments: [
        (0o600, nil), (0o640, nil), (0o660, nil), (0o644, "can read the secret file FILE. Next: chmod o-r FILE\n"),
        (0o602, "can change the secret file FILE. Next: chmod o-w FILE\n"),
        (0o666, "can read and change the secret file FILE. Next: chmod o-rw FILE\n"),
    ])
    func `A token file that others may read or write is warned about`(mode: Int, words: String?) async throws {
        try await Bench.with { bench in
            _ = await bench.waitingRun()
            try bench.writeTokens()
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: bench.tokens)
            // Nobody has this address, so it ends by itself.
            let ended = await bench.call("serve", "--listen", "192.0.2.1:1", "--token-file", bench.tokens)
            let said = ended.error.split(separator: "\n").filter { $0.contains("secret file") }.map { "\($0)\n" }
            #expect(
                said == words.map {
                    ["warning: every user of this machine " + $0.replacing("FILE", with: bench.tokens)]
                } ?? [])
        }
    }

    @Test(arguments: [
        ("127.0.0.1", true), ("127.0.0.1:9000", true), ("localhost:8080", true), ("LOCALHOST", true),
        ("[::1]:8080", true),
        ("evil.example", false), ("127.0.0.1.evil.example", false), ("localhost.evil.example:8080", false), ("", false),
        ("0.0.0.0", false), ("[::ffff:1]", false), ("127.0.0.256", false),
    ])
    func `A name that somebody had lead here is not answered`(host: String, isAnswered: Bool) async throws {
        #expect(HostGuard(isLoopback: true, isSecure: false).allows(host: host) == isAnswered)
        #expect(!HostGuard(isLoopback: true, isSecure: false).allows(host: nil))
    }

    @Test func `Rebinding is turned away at every address`() async throws {
        try await Bench.with { bench in
            _ = await bench.waitingRun()
            try await bench.serving { client in
                for path in ["/", "/api/status", "/api/events", "/metrics", "/page.js"] {
                    let answer = try await client.ask(path, host: "attacker.example:8080")
                    #expect(answer.status == 421, "\(path)")
                    #expect(!answer.body.contains("small-1"))
                }
            }
        }
    }

    @Test func `With tokens nothing of the journal is told without one`() async throws {
        try await Bench.with { bench in
            let run = await bench.waitingRun()
            try bench.writeTokens()
            try await bench.serving("--token-file", bench.tokens) { client in
                for path in ["/", "/runs/\(run)", "/runs/\(run)/timeline.html"] {
                    let answer = try await client.ask(path)
                    #expect(answer.status == 303 && answer.headers["location"]?.hasPrefix("/login?next=%2F") == true)
                    #expect(answer.body.isEmpty)
                }
                for path in ["/api/status", "/api/runs/\(run)", "/api/events", "/metrics"] {
                    for token in [nil, "wrong", Bench.annasToken + "x", ""] {
                        let headers = token.map { ["Authorization": "Bearer \($0)"] } ?? [:]
                        let answer = try await client.ask(path, headers: headers)
                        #expect(
                            answer.status == 401 && answer.headers["www-authenticate"] == "Bearer realm=\"handover\"")
                        #expect(!answer.body.contains("small"))
                    }
                }
                for path in ["/healthz", "/page.js", "/login"] { #expect(try await client.ask(path).status == 200) }
                let right = ["Authorization": "Bearer \(Bench.bensToken)"]
                #expect(try await client.ask("/api/status", headers: right).status == 200)
                #expect(try await client.ask("/metrics", headers: right).status == 200)
                #expect(try await client.ask("/", headers: right).body.contains(">ben<"))
            }
        }
    }

    @Test func `A login gives a session that scripts cannot read and other sites cannot use, until it is ended`()
        async throws
    {
        try await Bench.with { bench in
            _ = await bench.waitingRun()
            try bench.writeTokens()
            try await bench.serving("--token-file", bench.tokens) { client in
                let own = ["Sec-Fetch-Site": "same-origin"]
                let form = ["token": Bench.annasToken, "next": "/runs/small-1"]
                let foreign: [[String: String]] = [
                    ["Sec-Fetch-Site": "cross-site"], ["Sec-Fetch-Site": "same-site"],
                    ["Origin": "http://evil.example"],
                    ["Origin": "null"], [:],
                ]
                for headers in foreign {
                    #expect(try await client.ask("/login", method: "POST", headers: headers, form: form).status == 403)
                }
                let wrong = try await client.ask("/login", method: "POST", headers: own, form: ["token": "no"])
                #expect(wrong.status == 403 && wrong.headers["set-cookie"] == nil)
                let away = try await client.ask(
                    "/login", method: "POST", headers: own, form: ["token": Bench.annasToken, "next": "//evil.example"])
                #expect(away.headers["location"] == "/")
                let login = try await client.ask("/login", method: "POST", headers: own, form: form)
                #expect(login.status == 303 && login.headers["location"] == "/runs/small-1")
                let set = try #require(login.headers["set-cookie"])
                #expect(
                    set.contains("; HttpOnly") && set.contains("; SameSite=Strict") && !set.contains(Bench.annasToken))
                let cookie = ["Cookie": String(set.prefix { $0 != ";" })]
                let page = try await client.ask("/", headers: cookie)
                #expect(page.status == 200 && page.body.contains(">anna<"))
                let forged = ["Cookie": "handover-session=\(String(repeating: "0", count: 64))"]
                #expect(try await client.ask("/", headers: forged).status == 303)
                let word = try #require(page.body.firstMatch(of: /name=word value=([0-9a-f]+)/)).1
                let headers = cookie.merging(own) { first, _ in first }
                #expect(
                    try await client.ask("/logout", method: "POST", headers: headers, form: ["word": "00"]).status
                        == 403)
                let ended = try await client.ask(
                    "/logout", method: "POST", headers: headers, form: ["word": String(word)])
                #expect(ended.status == 303)
                #expect(try await client.ask("/", headers: cookie).status == 303)
            }
        }
    }

    /// A client with or without a certificate of the test's folder.
    private struct Curl {
        var folder: String

        /// The body, and the status behind it; 000 where there was no connection.
        func fetch(_ port: UInt16, _ path: String, _ name: String?, _ more: [String] = []) async throws -> String {
            let client = name.map { ["--cert", "\(folder)/\($0).pem", "--key", "\(folder)/\($0).key"] } ?? []
            let words = ["-sS", "-w", "\n%{http_code}", "--cacert", "\(folder)/ca.pem"] + client + more
            return try await ChildProgram.run("curl", words + ["https://127.0.0.1:\(port)\(path)"]).output
        }
    }

    @Test func `A client certificate names its holder, and without one there is no page`() async throws {
        try await Bench.with { bench in
            _ = await bench.waitingRun()
            let script = """
                set -e; cd "$1"
                new="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
                for ca in ca stranger; do openssl req -x509 $new -keyout $ca.key -out $ca.pem -subj /CN=$ca 2>/dev/null; done
                leaf() { openssl req -x509 $new -keyout $1.key -out $1.pem -subj "$3" -CA $2.pem -CAkey $2.key -addext "$4" 2>/dev/null; }
                leaf server ca /CN=server subjectAltName=IP:127.0.0.1
                leaf carla ca /CN=carla subjectAltName=email:c@example.org
                leaf nameless ca / subjectAltName=email:nameless@example.org
                leaf mallory stranger /CN=anna subjectAltName=email:m@example.org
                """
            let made = try await ChildProgram.run("bash", ["-c", script, "bash", bench.directory])
            #expect(made.code == 0, "\(made.errors)")
            let folder = bench.directory
            let tls = [
                "--tls-certificate", "\(folder)/server.pem", "--tls-key", "\(folder)/server.key", "--client-ca",
                "\(folder)/ca.pem",
            ]
            let curl = Curl(folder: folder)
            try await bench.serving(tls[0], tls[1], tls[2], tls[3], tls[4], tls[5]) { client in
                let carlas = try await curl.fetch(client.port, "/", "carla")
                #expect(carlas.contains(">carla<"))
                let nameless = try await curl.fetch(client.port, "/", "nameless")
                #expect(nameless.contains(">nameless@example.org<"))
                for name in [nil, "mallory"] {
                    let none = try await curl.fetch(client.port, "/", name)
                    #expect(none.hasSuffix("000"))
                }
            }
            try bench.writeTokens()
            let both = tls + ["--token-file", bench.tokens]
            try await bench.serving(both[0], both[1], both[2], both[3], both[4], both[5], both[6], both[7]) { client in
                let carlas = try await curl.fetch(client.port, "/", "carla")
                #expect(carlas.contains(">carla<"))
                let nobodys = try await curl.fetch(client.port, "/api/status", nil)
                #expect(nobodys.hasSuffix("401"))
                let token = ["-H", "Authorization: Bearer \(Bench.annasToken)"]
                let annas = try await curl.fetch(client.port, "/api/status", nil, token)
                #expect(annas.hasSuffix("200"))
                let mallorys = try await curl.fetch(client.port, "/", "mallory")
                #expect(mallorys.hasSuffix("000"))
            }
        }
    }
}
