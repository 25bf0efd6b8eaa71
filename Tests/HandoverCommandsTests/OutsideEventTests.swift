import FailoverModel
import Foundation
import Testing

@testable import HandoverCommands

@Suite("Notes with a time of their own, and events from elsewhere")
struct OutsideEventTests {
    private static let alerts = """
        {"startsAt":"2026-11-23T04:12:45.5+01:00","annotations":{"summary":"dc1 is down"},"labels":{"alertname":"Down"}}

        {"ts":"1795403600.250000","user":"bob","text":"looking at it","channel":"#incident"}
        {"origin_server_ts":1795403601000,"sender":"@eve:example.org","content":{"body":"same here"}}

        """

    @Test func `JSON Lines of alerts and chats are taken with their time, author and source, once`() async throws {
        try await Bench.with { bench in
            _ = await bench.run("--yes")
            let file = "\(bench.directory)/alertmanager.jsonl"
            try bench.write(Self.alerts, to: file)
            let first = await bench.call("note", "small-1", "--import", file, "--json").json
            #expect(first["taken"] == 3 && first["known"] == 0)
            let again = await bench.call("note", "small-1", "--import", file)
            #expect(again.output == "Took 0 events into small-1; 3 of the 3 in \(file) were there already.\n")
            let renamed = await bench.call("note", "small-1", "--import", file, "--source", "pager", "--json").json
            #expect(renamed["taken"] == 0 && renamed["known"] == 3)
            let entries = try #require(await bench.call("timeline", "--json").json["entries"]?.elements)
            let outside = entries.filter { $0["kind"] == "outside" }
            #expect(
                outside.map { $0["time"]?.text } == [
                    "2026-11-23T03:12:45.500000Z", "2026-11-23T03:13:20.250000Z", "2026-11-23T03:13:21.000000Z",
                ])
            #expect(outside.map { $0["source"] } == ["alertmanager", "#incident", "alertmanager"])
            #expect(outside.map { $0["author"] } == [.null, "bob", "@eve:example.org"])
            #expect(outside.map { $0["sentence"] }.first == "alertmanager: dc1 is down")
            #expect(outside.allSatisfy { $0["actor"] == "anna" })
        }
    }

    @Test(arguments: [",", ";", "\t"])
    func `CSV is taken with quotes, line breaks and another delimiter`(delimiter: String) async throws {
        try await Bench.with { bench in
            _ = await bench.run("--yes")
            let file = "\(bench.directory)/chat.csv"
            let rows = [
                ["Time", "Author", "Text"], ["2026-11-23 03:10:00Z", "\"O'Neill, \"\"Pat\"\"\"", "\"a\r\nb\""],
            ]
            try bench.write(
                "\u{FEFF}" + rows.map { $0.joined(separator: delimiter) }.joined(separator: "\r\n"), to: file)
            #expect(await bench.call("note", "small-1", "--import", file, "--source", "pager").code == 0)
            let entries = try #require(await bench.call("timeline", "--json").json["entries"]?.elements)
            let event = try #require(entries.first { $0["kind"] == "outside" })
            #expect(event["author"] == "O'Neill, \"Pat\"")
            #expect(event["sentence"]?.text?.hasSuffix("a\r\nb") == true)
            #expect(event["source"] == "pager")
        }
    }

    @Test(arguments: [
        ("{\"text\":\"x\"}\n", 1, "no time"), ("{\"time\":\"yesterday\",\"text\":\"x\"}\n", 1, "is no time"),
        ("{\"time\":1795403600}\n", 1, "no text"),
        ("{\"time\":1795403600,\"text\":\"x\"}\nnonsense\n", 2, "no JSON object"),
        ("time,text\n2026-11-23T03:10:00Z,x,y\n", 2, "3 fields"),
        ("time,text\n2026-11-23T03:10:00Z,\"x\n", 2, "does not end"),
        ("time,text\n\"2026-11-23T03:10:00Z\"z,x\n", 2, "after a quoted field"),
    ])
    func `a wrong line is named, and nothing is taken`(text: String, line: Int, what: String) async throws {
        try await Bench.with { bench in
            _ = await bench.run("--yes")
            let before = await bench.call("status", "--json").json["head"]
            let file = "\(bench.directory)/events"
            try bench.write(text, to: file)
            let ended = await bench.call("note", "small-1", "--import", file, "--json")
            #expect(ended.code == 2)
            #expect(ended.json["error"]?["place"]?.text == "\(file):\(line)")
            #expect(ended.json["error"]?["what"]?.text?.contains(what) == true)
            #expect(await bench.call("status", "--json").json["head"] == before)
        }
    }

    @Test func `an empty file and a missing one say what to give`() async throws {
        try await Bench.with { bench in
            _ = await bench.run("--yes")
            let file = "\(bench.directory)/empty.csv"
            try bench.write("time,text\n", to: file)
            #expect(await bench.call("note", "small-1", "--import", file).error.contains("holds no event"))
            #expect(await bench.call("note", "small-1", "--import", "\(bench.directory)/none").code == 2)
        }
    }

    @Test func `a note with a time stands where it happened`() async throws {
        try await Bench.with { bench in
            _ = await bench.run("--yes")
            let at = "2020-01-01T12:00:00.25+02:00"
            #expect(await bench.call("note", "small-1", "it was noticed", "--at", at).code == 0)
            let entries = try #require(await bench.call("timeline", "--json").json["entries"]?.elements)
            #expect(entries.first?["sentence"] == "anna notes: it was noticed")
            #expect(entries.first?["time"] == "2020-01-01T10:00:00.250000Z")
        }
    }

    @Test(arguments: [
        ["note", "r"], ["note", "r", "x", "--at", "noon"], ["note", "r", "x", "--import", "f"],
        ["note", "r", "x", "--source", "s"], ["note", "r", "--import", "f", "--at", "2026-11-23T03:12:45Z"],
    ])
    func `what does not go together is bad usage`(arguments: [String]) async throws {
        try await Bench.with { bench in #expect(await bench.call(arguments).code == 2) }
    }

    @Test(
        arguments: [
            ("2026-11-23T03:12:45Z", 0), ("2026-11-23t03:12:45z", nil), ("2026-11-23 04:12:45+01:00", 0),
            ("2026-11-22T21:42:45.000000999-05:30", 0), ("2026-11-23T03:12:45", nil), ("2026-02-30T00:00:00Z", nil),
            ("2026-11-23T03:12:45+25:00", nil), ("1795403565", nil), ("", nil), ("Z", nil), ("+01:00", nil),
        ] as [(String, Int64?)])
    func `times are read with any offset`(text: String, microseconds: Int64?) {
        let expected = microseconds.map { Moment(microseconds: 1_795_403_565_000_000 + $0) }
        #expect(TimeText.moment(text) == expected)
    }
}
