import Testing

@testable import FailoverModel

@Suite("Runbooks of drills")
struct DrillRunbookTests {
    /// A runbook of one phase with these steps, and a last one that removes.
    private func drill(_ steps: String..., last: String = "{id: remove, command: drill.remove, site: to}") -> String {
        "kind: drill\nname: x\nphases:\n  - id: p\n    steps:\n" + steps.map { "      - {\($0)}\n" }.joined()
            + "  - id: end\n    steps: [\(last)]\n"
    }

    private static let clone = "id: clone, command: drill.clone, site: to"
    private static let promote = "id: promote, command: drill.promote, site: to, needs: [clone]"

    private func problems(_ text: String) -> [String] {
        do throws(Diagnostics) {
            _ = try Runbook.decode(SourceText(file: "x.yaml", text: text))
            return []
        } catch { return error.items.map(\.description) }
    }

    @Test("A runbook moves unless it says that it is a drill")
    func kinds() throws {
        let move = "name: x\nphases: [{id: p, steps: [{id: c, command: postgres.catch-up, site: to}]}]\n"
        #expect(try Runbook.decode(SourceText(file: "x.yaml", text: move)).kind == .move)
        #expect(try Runbook.decode(SourceText(file: "x.yaml", text: "kind: move\n\(move)")).kind == .move)
        let text = drill(Self.clone, Self.promote, "id: s, command: secrets.check, site: to")
        #expect(try Runbook.decode(SourceText(file: "x.yaml", text: text)).kind == .drill)
        #expect(problems("kind: dril\n\(move)").contains { $0.contains("move or drill") })
    }

    @Test(
        "What could change what serves is refused in a drill",
        arguments: CommandCatalog.commands.filter { !$0.isOfDrills && !$0.isHarmless }.map(\.name))
    func harmful(command: String) throws {
        let definition = try #require(CommandCatalog.command(named: command))
        let with = definition.parameters.filter(\.isRequired).map {
            $0.kind == .words ? "\($0.name): [x]" : "\($0.name): {a: b}"
        }
        let more = with.isEmpty ? "" : ", with: {\(with.joined(separator: ", "))}"
        let found = problems(
            drill("id: bad, command: \(command), site: to\(more)\(definition.isPivot ? ", pivot: true" : "")"))
        #expect(
            found.contains { $0.contains("\(command) changes what serves") && $0.contains("drill.clone") }, "\(found)")
    }

    @Test("What a drill makes it has to remove, and last of all")
    func removal() {
        #expect(problems(drill(Self.clone, Self.promote)).isEmpty)
        for last in [
            "{id: load, command: drill.load, site: to}",
            "{id: remove, command: drill.remove, site: to}, {id: load, command: drill.load, site: to}",
        ] {
            let found = problems(drill(Self.clone, Self.promote, last: last))
            #expect(found.contains { $0.contains("does not end with drill.remove") }, "\(found)")
        }
    }

    @Test(
        "A drill tries something: it promotes a copy that is whole",
        arguments: [
            (["id: look, command: drill.check, site: to"], "x.yaml:4:", "has no drill.clone"),
            ([clone], "x.yaml:6:", "is never promoted"),
            ([clone, "id: promote, command: drill.promote, site: to"], "x.yaml:7:", "does not wait for it"),
        ])
    func trial(steps: [String], place: String, expected: String) {
        let text = "kind: drill\nname: x\nphases:\n  - id: p\n    steps:\n"
        let found = problems(
            text + steps.map { "      - {\($0)}\n" }.joined()
                + "  - id: end\n    steps: [{id: remove, command: drill.remove, site: to}]\n")
        #expect(found.count == 1 && found[0].hasPrefix(place) && found[0].contains(expected), "\(found)")
        #expect(found.allSatisfy { $0.contains("command: drill.promote") || $0.contains("needs: [clone]") }, "\(found)")
    }

    @Test(
        "A drill has no pivot, owes nothing, and works at the site that is tried",
        arguments: [
            ("id: p, command: drill.promote, site: to, pivot: true", "no point of no return"),
            ("id: c, command: drill.clone, site: from", "beside the standby that is tried"),
            ("id: c, command: drill.clone, site: others", "beside the standby that is tried"),
            ("id: s, command: secrets.check, site: from, whenUnreachable: defer", "nothing of a drill is owed"),
        ])
    func shape(step: String, expected: String) {
        let found = problems(drill(step))
        #expect(found.contains { $0.contains(expected) }, "\(found)")
    }

    @Test(
        "A move uses nothing of a drill",
        arguments: CommandCatalog.commands.filter(\.isOfDrills).map(\.name))
    func moves(command: String) {
        let found = problems("name: x\nphases: [{id: p, steps: [{id: c, command: \(command), site: to}]}]\n")
        #expect(found.contains { $0.contains("\(command) is for drills") && $0.contains("kind: drill") }, "\(found)")
    }
}
