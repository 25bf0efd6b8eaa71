import Crypto
import FailoverModel
import Foundation
import HandoverTestSupport
import Testing

@testable import Systems

/// What arrives at a hook in each form, and what each answer means for the message.
@Suite struct HookSenderTests {
    private struct Secrets: SecretSource {
        func value(of reference: SecretReference) throws(Fault) -> Secret {
            switch reference {
            case .file("key"): return Secret("hook-key-4711")
            case .file("address"): return Secret("https://chat.example.org/secret-0815")
            case .file("token"): return Secret("syt_token_0815")
            default: throw Fault(.invalid, "there is no such file", at: "secret file", next: "Put the secret there")
            }
        }
    }

    private static let json = AlertHook(
        name: "pager", form: .json, url: .plain("https://pager.example.org/h"), secret: .file("key"))
    private static let slack = AlertHook(name: "chat", form: .slack, url: .secret(.file("address")))
    private static let alertmanager = AlertHook(
        name: "am", form: .alertmanager, url: .plain("https://am.example.org/api/v2/alerts"))
    private static let matrix = AlertHook(
        name: "room", form: .matrix, url: .plain("https://matrix.example.org/"),
        room: AlertHook.Room(id: "!ops:other.example.org", token: .file("token")))

    private static let message = HookMessage(
        key: "handover-ab-7-cd", at: Moment(microseconds: 1_795_403_587_000_000),
        lines: [
            .headline("production, r-1: waits for a yes: <Promote> & \"go\""), .text("Is <!channel> down?\u{1B}[2J"),
            .command("handover approve r-1 promote --actor NAME"),
        ], document: ["matter": "waiting"],
        signals: [
            HookSignal(
                labels: ["alertname": "HandoverRunWaits", "run": "r-1"], summary: "it waits", description: "say yes",
                isOver: false, at: Moment(microseconds: 1_795_403_587_000_000))
        ])

    private func sender(_ hooks: ScriptedHooks) -> HookSender {
        HookSender(
            topology: Topology(name: "production", sites: [], alerts: [Self.json, Self.slack]), secrets: Secrets(),
            transport: hooks)
    }

    private func sent(_ hook: AlertHook) async throws -> HTTPRequest {
        let hooks = ScriptedHooks()
        try await sender(hooks).send(Self.message, to: hook)
        return try #require(hooks.arrived().first)
    }

    @Test func `the form json says everything and is signed over its very bytes`() async throws {
        let request = try await sent(Self.json)
        let body = try #require(request.body)
        let code = HMAC<SHA256>.authenticationCode(for: body, using: SymmetricKey(data: Data("hook-key-4711".utf8)))
        #expect(
            request.headers["X-Handover-Signature"]
                == "sha256=" + code.map { String(format: "%02x", $0) }.joined())
        #expect(request.headers["Idempotency-Key"] == "handover-ab-7-cd")
        let document = try JSONValue(decoding: body, at: "test")
        #expect(document["matter"] == "waiting" && document["key"] == "handover-ab-7-cd")
        #expect(document["topology"] == "production")
    }

    @Test func `Slack gets text in which nothing from outside means anything`() async throws {
        let request = try await sent(Self.slack)
        #expect(request.url == "https://chat.example.org/secret-0815")
        let text = try JSONValue(decoding: try #require(request.body), at: "test")["text"]?.text
        #expect(
            text == """
                production, r-1: waits for a yes: &lt;Promote&gt; &amp; "go"
                Is &lt;!channel&gt; down?␛[2J
                `handover approve r-1 promote --actor NAME`
                """)
    }

    @Test func `Matrix gets the key as transaction, plain and escaped text, and calls nobody`() async throws {
        let request = try await sent(Self.matrix)
        #expect(request.method == .put)
        #expect(
            request.url == "https://matrix.example.org/_matrix/client/v3/rooms/%21ops%3Aother.example.org/send/"
                + "m.room.message/handover-ab-7-cd")
        #expect(request.headers["Authorization"] == "Bearer syt_token_0815")
        let body = try JSONValue(decoding: try #require(request.body), at: "test")
        #expect(body["msgtype"] == "m.text" && body["format"] == "org.matrix.custom.html")
        #expect(body["m.mentions"] == [:])
        #expect(body["body"]?.text?.hasSuffix("\n  handover approve r-1 promote --actor NAME") == true)
        let html = try #require(body["formatted_body"]?.text)
        #expect(
            html.contains("<strong>production, r-1: waits for a yes: &lt;Promote&gt; &amp; &quot;go&quot;</strong>"))
        #expect(html.contains("<pre><code>handover approve r-1 promote --actor NAME</code></pre>"))
        #expect(!html.contains("<!channel>") && !html.unicodeScalars.contains("\u{1B}"))
    }

    @Test func `Alertmanager's alert ends itself only after days, and one that is over ends at once`() async throws {
        let body = try JSONValue(decoding: try #require(try await sent(Self.alertmanager).body), at: "test")
        let alert = try #require(body.elements?.first)
        #expect(alert["labels"]?["alertname"] == "HandoverRunWaits")
        #expect(alert["startsAt"] == "2026-11-23T03:13:07.000000Z")
        #expect(alert["endsAt"] == "2026-11-30T03:13:07.000000Z")
        var message = Self.message
        message.signals[0].isOver = true
        let hooks = ScriptedHooks()
        try await sender(hooks).send(message, to: Self.alertmanager)
        let over = hooks.bodies()[0].elements?.first
        #expect(over?["endsAt"] == "2026-11-23T03:13:07.000000Z" && over?["startsAt"] == nil)
        message.signals = []
        try await sender(hooks).send(message, to: Self.alertmanager)
        #expect(hooks.arrived().count == 1, "what no alert is about is not sent to it")
    }

    struct Case: Sendable, CustomStringConvertible {
        var hook: AlertHook
        var answer: ScriptedHooks.Answer
        var kind: HookFailure.Kind
        var wait: Int64?
        var says: String
        var description: String { "\(hook.form.rawValue) \(answer)" }
    }

    static let cases = [
        Case(hook: slack, answer: .refuses, kind: .passing, says: "the connection was refused"),
        Case(hook: slack, answer: .breaksOff, kind: .passing, says: "the connection broke"),
        Case(hook: slack, answer: .status(503), kind: .passing, says: "it answers 503"),
        Case(hook: slack, answer: .status(429, headers: ["Retry-After": "7"]), kind: .passing, wait: 7000, says: "429"),
        Case(hook: slack, answer: .status(404), kind: .lasting, says: "it answers 404"),
        Case(hook: slack, answer: .status(302), kind: .lasting, says: "it answers 302"),
        Case(hook: json, answer: .status(401), kind: .lasting, says: "it answers 401"),
        Case(hook: json, answer: .status(413), kind: .message, says: "it answers 413"),
        Case(hook: alertmanager, answer: .status(400), kind: .lasting, says: "it answers 400"),
        Case(
            hook: matrix,
            answer: .status(429, body: #"{"errcode":"M_LIMIT_EXCEEDED","error":"Too fast","retry_after_ms":2100}"#),
            kind: .passing, wait: 2100, says: "429 M_LIMIT_EXCEEDED"),
        Case(
            hook: matrix, answer: .status(401, body: #"{"errcode":"M_UNKNOWN_TOKEN","error":"syt_token_0815"}"#),
            kind: .lasting, says: "401 M_UNKNOWN_TOKEN"),
        Case(
            hook: matrix, answer: .status(403, body: #"{"errcode":"M_FORBIDDEN"}"#), kind: .lasting,
            says: "403 M_FORBIDDEN"),
        Case(
            hook: matrix, answer: .status(400, body: #"{"errcode":"M_TOO_LARGE"}"#), kind: .message,
            says: "400 M_TOO_LARGE"),
        Case(
            hook: matrix, answer: .status(500, body: #"{"errcode":"\u001b[2J evil"}"#), kind: .passing,
            says: "it answers 500"),
    ]

    @Test(arguments: cases)
    func `each answer says whether to wait, to mend something or to leave the message out`(_ test: Case) async throws {
        let hooks = ScriptedHooks()
        hooks.always("https://", test.answer)
        let failure = try #require(
            await #expect(throws: HookFailure.self) { try await sender(hooks).send(Self.message, to: test.hook) })
        #expect(failure.kind == test.kind)
        #expect(failure.fault.retryAfterMilliseconds == test.wait)
        #expect(failure.fault.what.contains(test.says))
        for secret in ["0815", "4711", "\u{1B}"] { #expect(!"\(failure)".contains(secret)) }
    }

    @Test func `an address or a token that is not there is said, and nothing is sent`() async throws {
        let hooks = ScriptedHooks()
        for hook in [
            AlertHook(name: "a", form: .slack, url: .secret(.file("none"))),
            AlertHook(
                name: "b", form: .matrix, url: .plain("https://m"), room: .init(id: "!a:b", token: .file("none"))),
            AlertHook(name: "c", form: .json, url: .plain("https://p"), secret: .file("none")),
            AlertHook(name: "d", form: .json, url: .plain("ftp://p")),
        ] {
            let failure = await #expect(throws: HookFailure.self) {
                try await sender(hooks).send(Self.message, to: hook)
            }
            #expect(failure?.kind == .lasting)
            #expect(failure?.fault.place == "alert hook \(hook.name) (\(hook.form.rawValue))")
        }
        #expect(hooks.arrived().isEmpty)
    }

    @Test(arguments: [
        (404, #"{"errcode":"M_NOT_FOUND"}"#, nil), (200, #"{"algorithm":"m.megolm.v1.aes-sha2"}"#, "is encrypted"),
        (403, #"{"errcode":"M_FORBIDDEN"}"#, "403 M_FORBIDDEN"), (404, "<html>", "it answers 404"),
    ])
    func `whether a room can be written to is looked at before a test`(status: Int, body: String, says: String?)
        async throws
    {
        let hooks = ScriptedHooks()
        hooks.always("https://", .status(status, body: body))
        guard let says else { return try await sender(hooks).examine(Self.matrix) }
        let failure = await #expect(throws: HookFailure.self) { try await sender(hooks).examine(Self.matrix) }
        #expect(failure?.fault.what.contains(says) == true)
    }

    @Test func `real servers: throttled, broken and cut off are told apart from a success`() async throws {
        try await PythonServer.run(.plain) { server in
            let sender = HookSender(topology: Topology(name: "t", sites: []), secrets: Secrets())
            func hook(_ path: String) -> AlertHook {
                AlertHook(name: "h", form: .json, url: .plain(server.url(path, scheme: "http")))
            }
            func failure(_ path: String) async -> HookFailure? {
                do throws(HookFailure) {
                    try await sender.send(Self.message, to: hook(path))
                    return nil
                } catch { return error }
            }
            #expect(await failure("/ok") == nil)
            let throttled = await failure("/throttled")
            #expect(throttled?.kind == .passing && throttled?.fault.retryAfterMilliseconds == 1000)
            #expect(await failure("/throttled") == nil)
            #expect(await failure("/broken-once")?.kind == .passing)
            #expect(await failure("/cut-early")?.kind == .passing)
            #expect(await failure("/redirect")?.kind == .lasting)
            #expect(server.seen.filter { $0 == "POST /cut-early" }.count == 1, "\(server.seen)")
        }
    }
}
