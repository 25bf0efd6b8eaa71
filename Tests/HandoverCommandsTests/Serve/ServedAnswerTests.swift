import FailoverModel
import Foundation
import JournalStore
import Testing

@testable import HandoverCommands

@Suite("Answers that are given on the page", .timeLimit(.minutes(2)))
struct ServedAnswerTests {
    /// A browser that has logged in.
    private struct Browser {
        var client: WebClient
        var headers: [String: String]

        init(_ client: WebClient, token: String = Bench.annasToken) async throws {
            self.client = client
            let own = ["Sec-Fetch-Site": "same-origin"]
            let login = try await client.ask("/login", method: "POST", headers: own, form: ["token": token])
            let set = try #require(login.headers["set-cookie"])
            headers = own.merging(["Cookie": String(set.prefix { $0 != ";" })]) { first, _ in first }
        }

        /// The hidden fields of the form that a run's page shows.
        func form(_ run: String) async throws -> [String: String] {
            let page = try await client.ask("/runs/\(run)", headers: headers).body
            let form = try #require(
                page.firstMatch(of: /<form method=post action="[^"]*\/answer"(.*?)<\/form>/.dotMatchesNewlines()))
            var fields: [String: String] = [:]
            for match in form.1.matches(of: /<input type=hidden name=(\w+) value="?([^">]*)"?>/) {
                fields[String(match.1)] = String(match.2)
            }
            return fields
        }

        func send(_ run: String, _ fields: [String: String], _ more: [String: String] = [:]) async throws
            -> WebClient.Answer
        {
            try await client.ask(
                "/runs/\(run)/answer", method: "POST", headers: headers.merging(more) { _, new in new }, form: fields)
        }
    }

    private func entries(_ bench: Bench) throws -> [Entry] { try JournalReader(path: bench.journal).entries(after: 0) }

    private func answering(_ body: (Bench, Browser) async throws -> Void) async throws {
        try await Bench.with { bench in
            _ = await bench.waitingRun()
            try bench.writeTokens()
            try await bench.serving("--token-file", bench.tokens, "--approvals") { client in
                try await body(bench, try await Browser(client))
            }
        }
    }

    @Test func `A yes is the same event as that of handover approve, in the name that logged in`() async throws {
        try await answering { bench, browser in
            var form = try await browser.form("small-1")
            (form["answer"], form["said"], form["reason"]) = ("yes", "dc2", "saw <it> myself")
            let before = try entries(bench).count
            let answer = try await browser.send("small-1", form)
            #expect(answer.status == 303 && answer.headers["location"] == "/runs/small-1")
            let after = try entries(bench)
            #expect(after.count == before + 1)
            let entry = try #require(after.last)
            #expect(entry.actor == "anna" && entry.run == "small-1")
            let expected = StepApproved(step: "promote", accepts: ["dc1-is-down"], reason: "saw <it> myself")
            #expect(try Event(entry) == .stepApproved(expected))
            // It is not taken twice, and the run goes on with it.
            let again = try await browser.send("small-1", form)
            #expect(again.status == 409 && again.body.contains("waits for no answer any more"))
            #expect(try entries(bench).count == before + 1)
            #expect(await bench.call("resume").code == 0)
        }
    }

    @Test func `A no needs no word, and can be followed by a yes to what is asked then`() async throws {
        try await answering { bench, browser in
            var form = try await browser.form("small-1")
            form["answer"] = "no"
            #expect(try await browser.send("small-1", form).status == 303)
            let denied = try Event(try #require(try entries(bench).last))
            #expect(denied == .stepDenied(StepDenied(step: "promote", reason: nil)))
            // The old form's yes is to a question that is not asked any more.
            (form["answer"], form["said"]) = ("yes", "dc2")
            let stale = try await browser.send("small-1", form)
            #expect(stale.status == 409 && stale.body.contains("asks something else by now"))
            form = try await browser.form("small-1")
            (form["answer"], form["said"]) = ("yes", "dc2")
            #expect(try await browser.send("small-1", form).status == 303)
        }
    }

    @Test(arguments: [nil, "yes", "dc1", "DC2", "dc2 yes"])
    func `Before the point of no return only the site's name is a yes`(said: String?) async throws {
        try await answering { bench, browser in
            var form = try await browser.form("small-1")
            form["answer"] = "yes"
            form["said"] = said
            let before = try entries(bench).count
            let answer = try await browser.send("small-1", form)
            #expect(answer.status == 409 && answer.body.contains("the word dc2, typed"))
            #expect(try entries(bench).count == before)
        }
    }

    @Test func `A form of another page, session, person or origin changes nothing`() async throws {
        try await answering { bench, browser in
            let ben = try await Browser(browser.client, token: Bench.bensToken)
            var form = try await browser.form("small-1")
            (form["answer"], form["said"]) = ("yes", "dc2")
            let before = try entries(bench).count
            var cases: [(String, [String: String], [String: String], Int)] = [
                ("cross-site", form, ["Sec-Fetch-Site": "cross-site"], 403),
                ("same-site", form, ["Sec-Fetch-Site": "same-site"], 403),
                ("typed address", form, ["Sec-Fetch-Site": "none"], 403),
            ]
            let bensWord = try await ben.form("small-1")["word"]
            let words: [(String, String?)] = [("no word", nil), ("wrong word", "00ff"), ("ben's word", bensWord)]
            for (name, word) in words {
                var other = form
                other["word"] = word
                cases.append((name, other, [:], 403))
            }
            for field in ["step", "seen", "answer"] {
                var other = form
                other[field] = nil
                cases.append(("no \(field)", other, [:], 400))
            }
            var other = form
            other["seen"] = "0011"
            cases.append(("another question", other, [:], 409))
            other = form
            other["step"] = "start"
            cases.append(("another step", other, [:], 409))
            for (name, fields, headers, status) in cases {
                #expect(try await browser.send("small-1", fields, headers).status == status, "\(name)")
            }
            #expect(try await browser.send("other-1", form).status == 409)
            let anonymous = try await browser.client.ask(
                "/runs/small-1/answer", method: "POST", headers: ["Sec-Fetch-Site": "same-origin"], form: form)
            #expect(anonymous.status == 401 || anonymous.status == 303)
            #expect(try entries(bench).count == before)
            // A program with a token of its own is no browser that was led here.
            let token = ["Authorization": "Bearer \(Bench.bensToken)"]
            let answer = try await browser.client.ask(
                "/runs/small-1/answer", method: "POST", headers: token, form: form)
            #expect(answer.status == 303)
            #expect(try entries(bench).last?.actor == "ben")
        }
    }

    @Test func `Without --approvals there is no form, and nowhere to send one`() async throws {
        try await Bench.with { bench in
            _ = await bench.waitingRun()
            try bench.writeTokens()
            try await bench.serving("--token-file", bench.tokens) { client in
                let browser = try await Browser(client)
                let page = try await client.ask("/runs/small-1", headers: browser.headers).body
                #expect(!page.contains("/answer"))
                #expect(page.contains("handover approve small-1 promote"))
                #expect(try await browser.send("small-1", ["answer": "yes"]).status == 404)
            }
        }
    }
}
