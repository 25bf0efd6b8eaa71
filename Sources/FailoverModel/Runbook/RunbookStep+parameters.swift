extension RunbookStep {
    /// The values of `with:`, checked against what the command takes.
    static func parameters(
        _ fields: YAMLMapping, of command: CommandDefinition, _ problems: inout Diagnostics
    ) -> [String: JSONValue] {
        var values: [String: JSONValue] = [:]
        let known = command.parameters.map(\.name)
        if let node = fields["with"], let with = node.mapping(called: "\"with\"", &problems) {
            for entry in with.entries {
                guard let parameter = command.parameters.first(where: { $0.name == entry.key }) else {
                    problems.add(
                        "\(command.name) has no parameter \(quote(entry.key))", at: entry.keyPlace,
                        fix: Suggestion.fix(for: entry.key, among: known, these: "parameters of \(command.name)"))
                    continue
                }
                let value = entry.value.json(entry.key, &problems)
                values[entry.key] = value
                if !parameter.kind.accepts(value) {
                    problems.add(
                        "\"\(entry.key)\" wants \(parameter.kind.words), and this is \(entry.value.found)",
                        at: entry.value.place, fix: "It is \(parameter.meaning).")
                } else if let number = value.integer, !parameter.range.contains(number) {
                    let (least, most) = (parameter.range.lowerBound, parameter.range.upperBound)
                    problems.add(
                        "\"\(entry.key)\" is from \(least) to \(most), and this is \(number)", at: entry.value.place,
                        fix: "It is \(parameter.meaning).")
                }
            }
        }
        for parameter in command.parameters where parameter.isRequired && values[parameter.name] == nil {
            problems.add(
                "\(command.name) wants the parameter \"\(parameter.name)\"", at: fields.keyPlace("command"),
                fix: "Add \"with: {\(parameter.name): …}\": \(parameter.meaning).")
        }
        return values
    }
}

extension CommandDefinition.Parameter.Kind {
    var words: String {
        switch self {
        case .text: "a text"
        case .integer: "a whole number"
        case .flag: "true or false"
        case .object: "a mapping"
        case .words: "a list of texts"
        }
    }

    func accepts(_ value: JSONValue) -> Bool {
        switch self {
        case .text: value.text != nil
        case .integer: value.integer != nil
        case .flag: value.flag != nil
        case .object: value.fields != nil
        case .words: value.elements?.isEmpty == false && value.elements?.allSatisfy { $0.text != nil } == true
        }
    }
}
