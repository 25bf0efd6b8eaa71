extension Runbook {
    /// Reads a runbook, or throws everything that is wrong with it.
    package static func decode(_ source: SourceText) throws(Diagnostics) -> Runbook {
        var problems = Diagnostics()
        let runbook = read(source, &problems)
        if let runbook { problems.add(contentsOf: runbook.check(isRead: { !$0.command.isEmpty })) }
        try problems.throwIfAny()
        return runbook ?? Runbook(name: "", title: "", phases: [], file: source.file)
    }

    private static func read(_ source: SourceText, _ problems: inout Diagnostics) -> Runbook? {
        let keys = ["kind", "name", "title", "objectives", "phases"]
        guard let top = YAMLReader.mapping(of: source, called: "a runbook", keys: keys, &problems) else { return nil }
        let kind = top["kind"]?.text(
            "kind", example: "kind: drill", rule: "move or drill", &problems, where: { Kind(rawValue: $0) != nil })
        let name = top.required("name", example: "name: ess-failover", &problems)?
            .text("name", example: "name: ess-failover", rule: Identifier.rule, &problems, where: Identifier.accepts)
        let title = top["title"]?.text("title", example: "title: Fail ESS over to a standby site", &problems)
        let objectives = top["objectives"].map { Objectives.read($0, &problems) } ?? Objectives()
        let example = "phases: [{id: disable, title: Disable, steps: […]}]"
        let node = top.required("phases", example: example, &problems)
        let items = node?.list(called: "\"phases\"", example: example, &problems) ?? []
        if let node, items.isEmpty, case .sequence = node.content {
            problems.add("the runbook has no phase", at: node.place, fix: "Write it like \"\(example)\".")
        }
        let phases = items.compactMap { read(phase: $0, &problems) }
        return Runbook(
            kind: kind.flatMap(Kind.init) ?? .move, name: name ?? "", title: title ?? name ?? "",
            objectives: objectives, phases: phases, file: source.file)
    }

    private static func read(phase node: YAMLNode, _ problems: inout Diagnostics) -> RunbookPhase? {
        let keys = ["id", "title", "steps"]
        guard let fields = node.mapping(called: "a phase", keys: keys, &problems) else { return nil }
        let id = fields.required("id", example: "id: disable", &problems)?
            .text("id", example: "id: disable", rule: Identifier.rule, &problems, where: Identifier.accepts)
        let title = fields["title"]?.text("title", example: "title: Disable {from}", &problems)
        if let title, let place = fields["title"]?.place {
            Placeholders.check(title, allowed: ["from", "to", "others"], at: place, &problems)
        }
        let example = "steps: [{id: promote, command: postgres.promote, site: to, pivot: true}]"
        let list = fields.required("steps", example: example, &problems)
        let items = list?.list(called: "\"steps\"", example: example, &problems) ?? []
        if let list, items.isEmpty, case .sequence = list.content {
            problems.add("the phase has no step", at: list.place, fix: "Add a step, or remove the phase.")
        }
        let steps = items.compactMap { RunbookStep.read($0, &problems) }
        return RunbookPhase(
            id: id ?? "", title: title ?? id ?? "", steps: steps, place: fields["id"]?.place ?? node.place)
    }
}

/// Names of runbooks, phases, steps, sites and clusters: short enough to say, and free of the signs that ids are joined with.
enum Identifier {
    static let rule = "of small letters, digits and -, at most 31, not beginning with -"

    static func accepts(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, bytes.count <= 31, first != UInt8(ascii: "-") else { return false }
        return bytes.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-") }
    }
}

enum Limits {
    /// A day; a longer wait in a runbook is a slip of the pen.
    static let longest: Int64 = 86_400_000
}
