import FailoverModel

/// Why a command ended without doing what was asked, as it is shown and as `--json` gives it.
struct CommandFailure: Error {
    var kind: String
    var what: String
    var place: String
    var next: String
    var status: ExitStatus
    /// Lines shown instead of `place: what` where there is more than one thing to say.
    var lines: [String] = []

    init(kind: String, what: String, place: String, next: String, status: ExitStatus) {
        self.kind = kind
        self.what = what
        self.place = place
        self.next = next
        self.status = status
    }

    init(_ fault: Fault) {
        self.init(
            kind: fault.kind.rawValue, what: fault.what, place: fault.place, next: fault.next,
            status: ExitStatus(fault.kind))
    }

    init(_ problems: Diagnostics) {
        self.init(problems.fault)
        lines = problems.description.split(separator: "\n").map(String.init)
    }

    /// What a person reads on standard error.
    var text: String {
        guard lines.isEmpty else { return lines.map(\.shownSafely).joined(separator: "\n") }
        let said = "handover: \(place.isEmpty ? "" : "\(place): ")\(what)".shownSafely
        return said + (next.isEmpty ? "" : "\n\(next.shownSafely)")
    }

    var json: JSONValue {
        var error: [String: JSONValue] = [
            "kind": .string(kind), "what": .string(what), "place": .string(place), "next": .string(next),
            "exitCode": .integer(Int64(status.rawValue)),
        ]
        if lines.count > 1 { error["all"] = .array(lines.map(JSONValue.string)) }
        return ["error": .object(error)]
    }
}
