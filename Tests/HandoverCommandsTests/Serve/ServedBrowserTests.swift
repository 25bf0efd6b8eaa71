import FailoverModel
import Foundation
import HandoverTestSupport
import JournalStore
import Testing

@testable import HandoverCommands

@Suite("The page as a browser has it", .timeLimit(.minutes(3)))
struct ServedBrowserTests {
    static let texts = [
        "<script>alert(1)</script>", "</title></section><script>window.pwned=1</script>",
        "\"><img src=x onerror=window.pwned=1>",
        "' onmouseover='window.pwned=1", "\u{1B}[31mred\u{07}\u{00}", "\u{202E}gpj.exe\u{2066}",
        "line\r\nbreak\u{2028}again",
        "<!-- --> ]]> &amp; &#x3c;", String(repeating: "0123456789", count: 1000), "data: x\n\nevent: reload\n\n",
    ]

    /// Hostile text wherever text from outside can stand.
    static func fill(_ bench: Bench, _ texts: [String] = texts) async throws {
        let all = texts.joined(separator: " ")
        let problem = CheckProblem(id: "replication.lag", site: "dc2", verdict: .failing, seen: all)
        let secret = SecretVerdict(name: texts[0], verdict: .differs, keys: [all])
        let away = SiteObservation(site: "dc3", cluster: "main", seen: .unreachable(system: "postgres", reason: all))
        try await bench.append(
            "",
            [
                .siteObserved(SiteObserved(away)),
                .siteObserved(
                    SiteObserved(SiteObservation(site: "dc3", seen: .unreachable(system: "kubernetes", reason: all)))),
                .secretsCompared(SecretsCompared(reference: "dc1", site: "dc2", verdicts: [secret])),
                .checkCompleted(CheckCompleted(ok: 1, problems: [problem])),
                .checkCompleted(CheckCompleted(ok: 1, problems: [problem])),
            ], actor: all)
        let outside = OutsideEventRecorded(
            at: Moment(microseconds: 1), source: all, author: all, text: all, digest: "x")
        try await bench.append(
            "small-1", texts.map { Event.noteAdded(NoteAdded(text: $0)) } + [Event.outsideEventRecorded(outside)],
            actor: texts[0]
        )
    }

    @Test func `Text from outside stays text on every page, in every document and in every event`() async throws {
        try await Bench.with { bench in
            _ = await bench.waitingRun()
            try await Self.fill(bench)
            let last = try JournalReader(path: bench.journal).head().sequence
            try await bench.serving { client in
                for path in ["/", "/runs/small-1", "/runs/small-1/timeline.html", "/?at=\(last - 1)"] {
                    let page = try await client.ask(path).body
                    for forbidden in [
                        "<script>", "<img", "onerror=window.pwned=1>", "' onmouse", "\u{1B}", "\u{202E}", "\u{0000}",
                        "\u{2066}",
                    ] { #expect(!page.contains(forbidden), "\(path) has \(forbidden)") }
                    #expect(page.contains("&lt;script&gt;"), "\(path)")
                }
                // Nothing of a long text is left out of the run's page.
                #expect(
                    try await client.ask("/runs/small-1").body.contains(String(repeating: "0123456789", count: 970)))
                let events = try await client.events("/api/events?after=0") {
                    WebClient.sequences($0).last == last && $0.hasSuffix("\n\n\n")
                }
                #expect(WebClient.sequences(events) == Array(1...last))
                #expect(!events.contains("\nevent: reload"))
                let bytes = events.utf8.count
                #expect(bytes < 60_000, "long text is cut: \(bytes)")
                for line in events.split(separator: "\n") where line.hasPrefix("data: ") {
                    #expect(!line.unicodeScalars.contains { $0.value < 0x20 || $0 == "\u{202E}" })
                }
            }
        }
    }

    @Test(.enabled(if: OtherPrograms.chromium != nil, "Chromium is not installed (apt-get install chromium)"))
    func `A person can log in, read, follow, travel and answer, on a phone and on a wall, light and dark, by keyboard`()
        async throws
    {
        try await Bench.with { bench in
            _ = await bench.waitingRun()
            try await Self.fill(bench)
            try bench.writeTokens()
            let chromium = try #require(OtherPrograms.chromium)
            let pictures = ProcessInfo.processInfo.environment["HANDOVER_PICTURES"]
            let handover = ServedEventsTests.handover
            try await bench.serving("--token-file", bench.tokens, "--approvals") { client in
                let words = [
                    chromium, "http://127.0.0.1:\(client.port)", Bench.annasToken, handover, bench.journal, "small-1",
                    pictures ?? bench.directory,
                ]
                let ended = try await OtherPrograms.python("status.py", words + (pictures == nil ? [] : ["pictures"]))
                #expect(ended.code == 0, "\(ended.errors.suffix(2000))")
                #expect(ended.output.isEmpty, "\(ended.output.prefix(4000))")
            }
            let last = try #require(try JournalReader(path: bench.journal).entries(run: "small-1").last)
            #expect(last.actor == "anna" && last.type == "step.approved")
        }
    }
}
