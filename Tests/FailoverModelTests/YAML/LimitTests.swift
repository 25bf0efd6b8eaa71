import Testing

@testable import FailoverModel

@Suite("Documents that explode")
struct LimitTests {
    private func read(_ text: String) -> (root: YAMLNode?, problem: Diagnostic?) {
        var builder = YAMLTreeBuilder()
        do throws(Diagnostic) {
            try YAMLEvents.read(SourceText(file: "x.yaml", text: text)) { (event, place) throws(Diagnostic) in
                try builder.receive(event, at: place)
            }
            return (builder.root, nil)
        } catch {
            return (nil, error)
        }
    }

    @Test("A billion laughs are refused at the line where they become too many", .timeLimit(.minutes(1)))
    func billionLaughs() throws {
        var text = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
        for level in 1...30 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        let clock = ContinuousClock()
        let start = clock.now
        let problem = try #require(read(text).problem)
        #expect(start.duration(to: clock.now) < .seconds(1))
        #expect(problem.description.hasPrefix("x.yaml:4:") == true, "\(problem)")
        #expect(problem.what == "with its aliases written out it has more than 10000 values")
    }

    @Test("Aliases as keys, which double the time of comparing keys, are refused")
    func aliasesAsKeys() throws {
        let problem = try #require(read("a: &a {x: 1}\n? *a\n: 1\n").problem)
        #expect(problem.what == "a key must be a plain text")
        #expect(problem.line == 2)
    }

    @Test("A few aliases are read as what they stand for")
    func fewAliases() throws {
        let root = try #require(read("a: &a {x: [1, 2]}\nb: *a\n").root)
        var problems = Diagnostics()
        let b = try #require(root.mapping(called: "it", &problems)?["b"])
        #expect(b.json("b", &problems) == ["x": [1, 2]])
        #expect(problems.isEmpty)
    }

    @Test("More than a hundred aliases are refused")
    func manyAliases() throws {
        let list = { (count: Int) in
            "a: &a x\nb: [" + Array(repeating: "*a", count: count).joined(separator: ", ") + "]\n"
        }
        #expect(read(list(100)).problem == nil)
        #expect(try #require(read(list(101)).problem).what == "there are more than 100 aliases")
    }

    @Test("Depth is limited, in brackets, in lines, and through aliases", .timeLimit(.minutes(1)))
    func depth() throws {
        let brackets = { (count: Int) in String(repeating: "[", count: count) + String(repeating: "]", count: count) }
        #expect(read(brackets(32)).problem == nil)
        for text in [
            brackets(33), brackets(500_000), String(repeating: "[", count: 1_000_000),
            String(repeating: "{a: ", count: 200_000), String(repeating: "- ", count: 40) + "x",
            (0..<40).map { String(repeating: " ", count: $0) + "a:\n" }.joined(),
            "a: &a \(brackets(20))\nb: \(String(repeating: "[", count: 15))*a\(String(repeating: "]", count: 15))\n",
        ] {
            #expect(
                try #require(read(text).problem).what == "it is nested more than 32 levels deep", "\(text.prefix(40))")
        }
    }

    @Test("Too many values are refused without aliases too")
    func manyNodes() throws {
        let text = (0..<10_001).map { "- \($0)\n" }.joined()
        let problem = try #require(read(text).problem)
        #expect(problem.what == "with its aliases written out it has more than 10000 values")
        #expect(problem.line == 10_000)
    }

    @Test("Random bytes never trap", arguments: 0..<20)
    func randomText(seed: Int) {
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
        let pieces = [
            "a", ":", " ", "\n", "- ", "[", "]", "{", "}", "\"", "'", "&x ", "*x", "|", ">", "#", "? ", "!t ", "---\n",
            "%YAML 9\n", "\t", ",", "é", "...\n", "  ", "name", "phases", "id: x\n",
        ]
        for _ in 0..<200 {
            var text = ""
            for _ in 0..<40 {
                state ^= state << 13
                state ^= state >> 7
                state ^= state << 17
                text += pieces[Int(state % UInt64(pieces.count))]
            }
            #expect(!problems(ofRunbook: text).isEmpty, "seed \(seed): \(text.debugDescription)")
        }
    }
}
