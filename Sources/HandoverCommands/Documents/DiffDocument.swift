import FailoverModel

/// What `diff` prints.
struct DiffDocument {
    let before: JournalSnapshot
    let after: JournalSnapshot
    let changes: [StateChange]

    /// `{"from":{"sequence","hash","time"},"to":…,"changes":[{"area","subject","what","before","after"}]}`; `area` is site,
    /// secret, run, debt or check.
    var json: JSONValue {
        [
            "from": moment(before), "to": moment(after),
            "changes": .array(
                changes.map { change in
                    [
                        "area": .string(change.area.rawValue), "subject": .string(change.subject),
                        "what": .string(change.what), "before": JSONValue(change.before),
                        "after": JSONValue(change.after),
                    ]
                }),
        ]
    }

    func text(_ style: TerminalStyle) -> String {
        let entries = after.head.sequence - before.head.sequence
        var lines = [
            "From entry \(before.head.sequence)\(time(before)) to entry \(after.head.sequence)\(time(after)): "
                + "\(abs(entries)) entr\(abs(entries) == 1 ? "y" : "ies")\(entries < 0 ? ", backwards" : "")"
        ]
        if changes.isEmpty { lines.append("Nothing changed.") }
        for area in StateChange.Area.allCases {
            let own = changes.filter { $0.area == area }
            if own.isEmpty { continue }
            var table = TerminalTable([area.title, "", "WAS", "IS"])
            var last = ""
            for change in own {
                table.add([
                    .init(change.subject == last ? "" : change.subject), .init(change.what),
                    .init(change.before ?? "-"), .init(change.after ?? "-"),
                ])
                last = change.subject
            }
            lines += [""] + table.lines(style, indent: "")
        }
        return lines.joined(separator: "\n")
    }

    private func moment(_ snapshot: JournalSnapshot) -> JSONValue {
        var fields = HeadDocument.json(snapshot.head).fields ?? [:]
        fields["time"] = snapshot.head.sequence == 0 ? .null : JSONValue(snapshot.past)
        return .object(fields)
    }

    private func time(_ snapshot: JournalSnapshot) -> String {
        snapshot.head.sequence == 0 ? "" : snapshot.past.map { " (\($0.description.prefix(19))Z)" } ?? ""
    }
}

extension StateChange.Area {
    fileprivate var title: String {
        switch self {
        case .site: "SITES"
        case .secret: "SECRETS"
        case .run: "RUNS"
        case .debt: "OWED"
        case .check: "CHECKS"
        }
    }
}
