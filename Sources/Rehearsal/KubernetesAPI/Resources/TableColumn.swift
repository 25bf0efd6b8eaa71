import Foundation

/// A column of a table answer: its heading, and what it shows of an object.
struct TableColumn: Sendable {
    let name: String
    var type = "string"
    /// Above zero for columns of `-o wide`.
    var priority: Int64 = 0
    let cell: @Sendable (APIValue) -> APIValue

    init(
        _ name: String, type: String = "string", wide: Bool = false, cell: @escaping @Sendable (APIValue) -> APIValue
    ) {
        self.name = name
        self.type = type
        self.priority = wide ? 1 : 0
        self.cell = cell
    }

    var definition: APIValue {
        [
            "name": .string(name), "type": .string(type), "format": name == "Name" ? "name" : "",
            "description": "", "priority": .integer(priority),
        ]
    }

    static let objectName = TableColumn("Name") { .string($0.name) }
    static let age = TableColumn("Age") { .string(TableAge.text(since: $0["metadata", "creationTimestamp"])) }

    /// A text found under a path, or `<none>`.
    static func text(_ name: String, wide: Bool = false, _ path: String...) -> TableColumn {
        TableColumn(name, wide: wide) { object in
            var found: APIValue? = object
            for key in path { found = found?[key] }
            if let number = found?.int { return .string(String(number)) }
            return .string(found?.text ?? "<none>")
        }
    }

    /// A number of the status or spec, zero when absent.
    static func number(_ name: String, _ path: String...) -> TableColumn {
        TableColumn(name, type: "integer") { object in
            var found: APIValue? = object
            for key in path { found = found?[key] }
            return found ?? 0
        }
    }

    /// A number out of another, as `1/2`.
    static func share(_ name: String, _ part: String, of total: (section: String, key: String)) -> TableColumn {
        TableColumn(name) { object in
            .string("\(object["status", part]?.int ?? 0)/\(object[total.section, total.key]?.int ?? 0)")
        }
    }
}

/// How long ago something was, as kubectl writes it: `45s`, `3m10s`, `5h`, `12d`.
enum TableAge {
    static func text(since time: APIValue?) -> String {
        guard let text = time?.text, let date = APITimestamp.date(text) else { return "<unknown>" }
        return TableAge.text(seconds: max(0, Int(Date().timeIntervalSince(date))))
    }

    static func text(seconds: Int) -> String {
        let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400)
        let pair = { (large: Int, largeUnit: String, small: Int, smallUnit: String) in
            small == 0 ? "\(large)\(largeUnit)" : "\(large)\(largeUnit)\(small)\(smallUnit)"
        }
        if seconds < 120 { return "\(seconds)s" }
        if minutes < 10 { return pair(minutes, "m", seconds % 60, "s") }
        if hours < 3 { return "\(minutes)m" }
        if hours < 8 { return pair(hours, "h", minutes % 60, "m") }
        if hours < 48 { return "\(hours)h" }
        if days < 8 { return pair(days, "d", hours % 24, "h") }
        if days < 730 { return "\(days)d" }
        return pair(days / 365, "y", days % 365, "d")
    }
}
