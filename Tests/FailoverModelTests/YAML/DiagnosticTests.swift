import Testing

@testable import FailoverModel

@Suite("Diagnostics")
struct DiagnosticTests {
    @Test("The nearest word is suggested, and none where none is near")
    func suggests() {
        #expect(Suggestion.nearest(to: "nedds", among: ["id", "needs", "site"]) == "needs")
        #expect(Suggestion.nearest(to: "stie", among: ["id", "needs", "site"]) == "site")
        #expect(Suggestion.nearest(to: "DC1", among: ["dc1", "dc2"]) == "dc1")
        #expect(
            Suggestion.nearest(to: "postgres.promot", among: CommandCatalog.commands.map(\.name)) == "postgres.promote")
        #expect(Suggestion.nearest(to: "colour", among: ["id", "needs", "site"]) == nil)
        #expect(Suggestion.nearest(to: String(repeating: "x", count: 100_000), among: ["site"]) == nil)
        #expect(Suggestion.distance(Array("kitten".utf8), Array("sitting".utf8)) == 3)
        #expect(Suggestion.distance(Array("ab".utf8), Array("ba".utf8)) == 1)
        #expect(Suggestion.distance([], Array("abc".utf8)) == 3)
    }

    @Test("Several become one fault that names the first and counts the rest")
    func becomesFault() throws {
        var problems = Diagnostics()
        problems.add("second", at: SourcePlace(file: "x.yaml", line: 9, column: 1), fix: "Do that.")
        problems.add("first", at: SourcePlace(file: "x.yaml", line: 2, column: 3), fix: "Do this.")
        let thrown = #expect(throws: Diagnostics.self) { try problems.throwIfAny() }
        #expect(thrown?.description == "x.yaml:2:3: first. Do this.\nx.yaml:9:1: second. Do that.")
        #expect(
            thrown?.fault
                == Fault(.invalid, "first (and 1 more in this file)", at: "x.yaml:2:3", next: "Do this."))
    }

    @Test("A file that is wrong everywhere is answered in short, and soon", .timeLimit(.minutes(1)))
    func manyProblems() {
        let keys = (0..<4000).map { "neds\($0): 1\n" }.joined()
        let thrown = #expect(throws: Diagnostics.self) {
            try Runbook.decode(SourceText(file: "x.yaml", text: keys))
        }
        #expect(thrown?.count == 4002)
        #expect(thrown?.items.count == 200)
        #expect(thrown?.description.hasSuffix("\nand 3952 more") == true)
        let steps = (0..<1000).map { "      - {id: s\($0), command: a, site: to, needs: [t\($0)]}\n" }.joined()
        #expect(throws: Diagnostics.self) {
            try Runbook.decode(SourceText(file: "x.yaml", text: "name: x\nphases:\n  - id: p\n    steps:\n" + steps))
        }
    }

    @Test("A message shows a text of the input on one line, cut short, without a URL's password")
    func quotes() {
        #expect(quote("a\nb\u{1B}\u{202E}") == "\"a b␛<U+202E>\"")
        #expect(quote(String(repeating: "x", count: 100)).count == 62)
        #expect(quote("postgres://user:hunter2@host/db") == "\"postgres://…@host/db\"")
    }
}
