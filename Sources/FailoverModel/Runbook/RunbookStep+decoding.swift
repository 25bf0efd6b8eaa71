extension RunbookStep {
    static let keys = [
        "id", "title", "command", "site", "needs", "deadline", "retry", "whenUnreachable", "approval", "accepts",
        "pivot", "optional", "with",
    ]

    /// Reads one line. `nil` without an id; a step whose command is unknown is kept with an empty one, so that what needs
    /// the step is not reported as well.
    static func read(_ node: YAMLNode, _ problems: inout Diagnostics) -> RunbookStep? {
        guard let fields = node.mapping(called: "a step", keys: keys, &problems) else { return nil }
        let id = fields.required("id", example: "id: promote", &problems)?
            .text("id", example: "id: promote", rule: Identifier.rule, &problems, where: Identifier.accepts)
        let command = command(fields, &problems)
        let site = fields.required("site", example: "site: to", &problems)?.text(
            "site", example: "site: to", rule: "from, to, others, standbys or a site's name", &problems,
            where: Identifier.accepts)
        let pivot = fields["pivot"]?.flag("pivot", &problems)
        let optional = fields["optional"]?.flag("optional", &problems)
        let step = RunbookStep(
            id: id ?? "", title: words("title", fields, example: "title: Promote {site}", &problems),
            command: command?.name ?? "", site: StepSite(site ?? ""), needs: needs(fields, &problems),
            deadlineMilliseconds: fields["deadline"]?
                .duration("deadline", in: 1...Limits.longest, example: "deadline: 60s", &problems)
                ?? command?.deadlineMilliseconds ?? 60_000,
            retry: retry(fields, default: command?.retry ?? RetryPolicy(), &problems),
            whenUnreachable: whenUnreachable(fields, &problems),
            approval: words("approval", fields, example: "approval: Say that {from} is down", &problems),
            accepts: accepts(fields, &problems), isPivot: pivot ?? false, isOptional: optional ?? false,
            parameters: command.map { parameters(fields, of: $0, &problems) } ?? [:],
            place: fields["id"]?.place ?? node.place)
        return id == nil ? nil : step
    }

    private static func command(_ fields: YAMLMapping, _ problems: inout Diagnostics) -> CommandDefinition? {
        let example = "command: postgres.promote"
        guard let node = fields.required("command", example: example, &problems),
            let name = node.text("command", example: example, &problems)
        else { return nil }
        if let command = CommandCatalog.command(named: name) { return command }
        let known = CommandCatalog.commands.map(\.name)
        problems.add(
            "there is no command \(quote(name))", at: node.place,
            fix: Suggestion.fix(for: name, among: known, these: "commands"))
        return nil
    }

    private static func words(
        _ key: String, _ fields: YAMLMapping, example: String, _ problems: inout Diagnostics
    ) -> String? {
        guard let node = fields[key], let text = node.text(key, example: example, &problems) else { return nil }
        Placeholders.check(text, allowed: Placeholders.names, at: node.place, &problems)
        return text
    }

    private static func needs(_ fields: YAMLMapping, _ problems: inout Diagnostics) -> [Need] {
        let example = "needs: [freeze, create-slots]"
        let items = fields["needs"]?.list(called: "\"needs\"", example: example, &problems) ?? []
        var needs: [Need] = []
        for item in items {
            guard let id = item.text("needs", example: example, &problems) else { continue }
            if needs.contains(where: { $0.id == id }) {
                problems.add("\(quote(id)) is needed twice", at: item.place, fix: "Remove one of them.")
            } else {
                needs.append(Need(id, place: item.place))
            }
        }
        return needs
    }

    private static func accepts(_ fields: YAMLMapping, _ problems: inout Diagnostics) -> [String] {
        let example = "accepts: [\"{from}-is-down\"]"
        let items = fields["accepts"]?.list(called: "\"accepts\"", example: example, &problems) ?? []
        return items.compactMap { item in
            guard let text = item.text("accepts", example: example, &problems) else { return nil }
            Placeholders.check(text, allowed: ["from", "to", "site"], at: item.place, &problems)
            let isName = Placeholders.pieces(of: text).allSatisfy { piece in
                switch piece {
                case .text(let text): text.allSatisfy(isPartOfName)
                case .name: true
                }
            }
            if !isName {
                problems.add(
                    "\"accepts\" wants names of small letters, digits and -, and this is \(quote(text))",
                    at: item.place,
                    fix: "Write it like \"\(example)\".")
            }
            return text
        }
    }

    private static func isPartOfName(_ character: Character) -> Bool {
        ("a"..."z").contains(character) || ("0"..."9").contains(character) || character == "-"
    }

    private static func whenUnreachable(_ fields: YAMLMapping, _ problems: inout Diagnostics) -> WhenUnreachable {
        let text = fields["whenUnreachable"]?.text(
            "whenUnreachable", example: "whenUnreachable: defer", rule: "fail or defer", &problems,
            where: { WhenUnreachable(rawValue: $0) != nil })
        return text.flatMap(WhenUnreachable.init) ?? .fail
    }

    private static func retry(
        _ fields: YAMLMapping, default standard: RetryPolicy, _ problems: inout Diagnostics
    ) -> RetryPolicy {
        let keys = ["attempts", "first", "most"]
        guard let node = fields["retry"], let retry = node.mapping(called: "\"retry\"", keys: keys, &problems) else {
            return standard
        }
        let first = retry["first"]?.duration("first", in: 1...Limits.longest, example: "first: 1s", &problems)
        let most = retry["most"]?.duration("most", in: 1...Limits.longest, example: "most: 30s", &problems)
        if let first, let most, first > most {
            problems.add(
                "the first wait is longer than the longest", at: retry.keyPlace("first"),
                fix: "Make \"most\" at least \(DurationText.text(first)).")
        }
        return RetryPolicy(
            attempts: retry["attempts"]?.integer("attempts", in: 1...100, example: "attempts: 3", &problems)
                ?? standard.attempts,
            firstMilliseconds: first ?? min(standard.firstMilliseconds, most ?? .max),
            mostMilliseconds: most ?? max(standard.mostMilliseconds, first ?? 0))
    }
}
