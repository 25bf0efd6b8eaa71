import Testing

@testable import FailoverModel

@Suite("Decoding a runbook")
struct RunbookDecodingTests {
    /// A runbook of one phase with these steps.
    private func one(_ steps: String...) -> String {
        "name: x\nphases:\n  - id: p\n    steps:\n" + steps.map { "      - {\($0)}\n" }.joined()
    }

    @Test("Everything that can be written is read")
    func readsAll() throws {
        let text = """
            name: ess-failover
            title: Fail over from {from}
            objectives: {rto: 15m, rpo: 0s}
            phases:
              - id: disable
                title: Disable {from}
                steps:
                  - id: fence
                    title: Fence {site}
                    command: postgres.fence
                    site: from
                    deadline: 90s
                    retry: {attempts: 5, first: 500ms, most: 1m}
                    whenUnreachable: defer
              - id: activate
                steps:
                  - id: promote
                    command: postgres.promote
                    site: to
                    needs: [fence]
                    approval: Is {from} down?
                    accepts: ["{from}-is-down"]
                    pivot: true
                  - id: tell
                    command: kubernetes.apply
                    site: dc3
                    with: {manifest: {kind: ConfigMap, data: {count: "1"}}}
            """
        let runbook = try Runbook.decode(SourceText(file: "x.yaml", text: text))
        #expect(runbook.title == "Fail over from {from}")
        #expect(runbook.objectives == Objectives(recoveryTimeMilliseconds: 900_000, recoveryPointMilliseconds: 0))
        #expect(runbook.phases.map(\.title) == ["Disable {from}", "activate"])
        let steps = runbook.phases.flatMap(\.steps)
        #expect(steps.map(\.site) == [.from, .to, .named("dc3")])
        #expect(steps[0].deadlineMilliseconds == 90_000)
        #expect(steps[0].retry == RetryPolicy(attempts: 5, firstMilliseconds: 500, mostMilliseconds: 60_000))
        #expect(steps[0].whenUnreachable == .defer)
        #expect(steps[0].place == SourcePlace(file: "x.yaml", line: 8, column: 13))
        #expect(steps[1].needs.map(\.id) == ["fence"])
        #expect(steps[1].approval == "Is {from} down?")
        #expect(steps[1].accepts == ["{from}-is-down"])
        #expect(steps[1].isPivot)
        #expect(steps[1].deadlineMilliseconds == 120_000, "the catalog's default")
        #expect(steps[2].parameters == ["manifest": ["kind": "ConfigMap", "data": ["count": "1"]]])
    }

    @Test("An unknown key says where it is and what was meant")
    func unknownKey() {
        let text = """
            name: x
            phases:
              - id: p
                steps:
                  - id: a
                    command: postgres.fence
                    site: from
                    nedds: [b]
            """
        #expect(problems(ofRunbook: text) == ["x.yaml:8:9: unknown key \"nedds\" in a step. Did you mean \"needs\"?"])
    }

    @Test(
        "A wrong step is refused with what is wrong and what to write",
        arguments: [
            ("command: postgres.fence, site: from", "a step has no \"id\". Add a line like \"id: promote\"."),
            ("id: a, site: from", "a step has no \"command\". Add a line like \"command: postgres.promote\"."),
            ("id: a, command: postgres.fence", "a step has no \"site\". Add a line like \"site: to\"."),
            ("id: A b, command: postgres.fence, site: to", "\"id\" is of small letters, digits and -"),
            (
                "id: a, command: postgres.fense, site: to",
                "no command \"postgres.fense\". Did you mean \"postgres.fence\"?"
            ),
            ("id: a, command: [], site: to", "\"command\" wants a text, and this is a list"),
            (
                "id: a, command: postgres.fence, site: to, deadline: 5",
                "\"deadline\" wants a duration (of d, h, m, s, ms), and this is \"5\". Write it like \"deadline: 60s\"."
            ),
            (
                "id: a, command: postgres.fence, site: to, deadline: 0s",
                "\"deadline\" is from 1ms to 24h, and this is 0s"
            ),
            ("id: a, command: postgres.fence, site: to, needs: b", "\"needs\" is a list, and this is \"b\""),
            ("id: a, command: postgres.fence, site: to, retry: 3", "\"retry\" is a mapping, and this is \"3\""),
            (
                "id: a, command: postgres.fence, site: to, retry: {attempts: 0}",
                "\"attempts\" is from 1 to 100, and this is 0"
            ),
            (
                "id: a, command: postgres.fence, site: to, retry: {first: 2s, most: 1s}",
                "the first wait is longer than the longest"
            ),
            (
                "id: a, command: postgres.fence, site: to, whenUnreachable: ignore",
                "\"whenUnreachable\" is fail or defer, and this is \"ignore\""
            ),
            (
                "id: a, command: postgres.fence, site: to, whenUnreachable: defer",
                "a step at the site that takes over cannot be deferred"
            ),
            ("id: a, command: service.check, site: from, whenUnreachable: defer", "service.check cannot be deferred"),
            (
                "id: a, command: postgres.fence, site: to, pivot: yes",
                "\"pivot\" wants true or false, and this is \"yes\""
            ),
            ("id: a, command: postgres.promote, site: to", "Add \"pivot: true\" to it."),
            ("id: a, command: postgres.promote, site: standbys, pivot: true", "which makes several primaries"),
            ("id: a, command: postgres.fence, site: to, accepts: [x]", "but nobody is asked"),
            ("id: a, command: postgres.fence, site: to, approval: q, accepts: [X Y]", "\"accepts\" wants names"),
            (
                "id: a, command: postgres.fence, site: to, title: \"{frm} x\"",
                "\"{frm}\" is not known here. Did you mean \"{from}\"?"
            ),
            (
                "id: a, command: postgres.fence, site: to, with: {x: 1}",
                "postgres.fence has no parameter \"x\". There are no parameters of postgres.fence."
            ),
            (
                "id: a, command: postgres.promote, site: to, pivot: true, with: {seconds: 0}",
                "\"seconds\" is from 1 to 3600, and this is 0"
            ),
            (
                "id: a, command: postgres.promote, site: to, pivot: true, with: {seconds: 1m}",
                "\"seconds\" wants a whole number, and this is \"1m\". It is how long"
            ),
            ("id: a, command: kubernetes.apply, site: to", "kubernetes.apply wants the parameter \"manifest\""),
            (
                "id: a, command: kubernetes.apply, site: to, with: {manifest: x}",
                "\"manifest\" wants a mapping, and this is \"x\""
            ),
            (
                "id: a, command: kubernetes.apply, site: to, with: {manifst: {}, manifest: {}}",
                "Did you mean \"manifest\"?"
            ),
            ("id: a, command: postgres.fence, site: to, needs: [a]", "the needs go in a circle: a → a"),
            ("id: a, command: postgres.fence, site: to, needs: [bb]", "\"a\" needs \"bb\", and there is no such step"),
        ])
    func refusesStep(step: String, expected: String) throws {
        let problems = problems(ofRunbook: one(step))
        #expect(problems.count == 1, "\(problems)")
        let problem = try #require(problems.first)
        #expect(problem.contains(expected), "\(problem)")
        #expect(problem.hasPrefix("x.yaml:5:"), "\(problem)")
    }

    @Test("A cycle is printed once, in full")
    func cycle() {
        let text = one(
            "id: z, command: postgres.fence, site: from, needs: [a]",
            "id: a, command: postgres.fence, site: from, needs: [b]",
            "id: b, command: postgres.fence, site: from, needs: [c]",
            "id: c, command: postgres.fence, site: from, needs: [a]")
        #expect(
            problems(ofRunbook: text) == [
                "x.yaml:8:62: the needs go in a circle: a → b → c → a. Remove one of these needs."
            ])
    }

    @Test("A misspelt command is one error, not one more for each step that needs it")
    func noCascade() {
        let text = one(
            "id: a, command: postgres.fense, site: from", "id: b, command: postgres.fence, site: from, needs: [a]")
        #expect(
            problems(ofRunbook: text) == [
                "x.yaml:5:26: there is no command \"postgres.fense\". Did you mean \"postgres.fence\"?"
            ])
    }

    @Test("Many steps that need each other do not take exponential time", .timeLimit(.minutes(1)))
    func manyNeeds() {
        let steps = (0..<60).map { step in
            let needs = (0..<step).map { "s\($0)" }.joined(separator: ", ")
            return "      - {id: s\(step), command: postgres.fence, site: from, needs: [\(needs)]}\n"
        }
        #expect(problems(ofRunbook: one() + steps.joined()).isEmpty)
    }

    @Test("Ids are there once, needs go back in time, and there is one pivot")
    func wholeRunbook() {
        let text = """
            name: x
            phases:
              - id: one
                steps:
                  - {id: a, command: postgres.fence, site: from, needs: [b]}
                  - {id: p, command: postgres.promote, site: to, pivot: true}
              - id: one
                steps:
                  - {id: b, command: postgres.fence, site: from}
                  - {id: a, command: postgres.fence, site: from}
                  - {id: q, command: postgres.promote, site: to, pivot: true}
              - id: empty
                steps: []
            """
        let problems = problems(ofRunbook: text)
        #expect(problems.count == 5)
        for expected in [
            "x.yaml:5:62: \"a\" needs \"b\", which is in a later phase. Remove the need, or move \"b\" to this phase",
            "x.yaml:7:9: the phase id \"one\" is there twice, first in line 3.",
            "x.yaml:10:14: the step id \"a\" is there twice, first in line 5.",
            "x.yaml:11:14: there is a second pivot; the first is \"p\" in line 6.",
            "x.yaml:13:12: the phase has no step.",
        ] {
            #expect(problems.contains { $0.hasPrefix(expected) }, "\(expected) in \(problems)")
        }
    }

    @Test("A runbook without anything says what is missing")
    func missing() {
        #expect(problems(ofRunbook: "title: x\n").map { $0.prefix(40) }.count == 2)
        #expect(problems(ofRunbook: "name: x\nphases: []\n").first?.contains("the runbook has no phase") == true)
        #expect(
            problems(ofRunbook: "name: x\nphases: {}\n").first?.contains("\"phases\" is a list, and this is a mapping")
                == true)
    }
}
