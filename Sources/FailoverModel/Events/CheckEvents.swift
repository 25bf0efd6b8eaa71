/// What a failover needs was looked at. Of what was in order only the number is kept.
package struct CheckCompleted: EventPayload {
    package static let type: StaticString = "check.completed"
    /// How many of the checks were in order.
    package var ok: Int64
    package var problems: [CheckProblem]

    package init(ok: Int64, problems: [CheckProblem]) {
        self.ok = ok
        self.problems = problems
    }

    package func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("ok", ok)
            $0.field("problems", problems)
        }
    }

    package init(from reader: inout JSONReader) throws(DecodingFailure) {
        self.init(ok: 0, problems: [])
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "ok": ok = try reader.integer()
            case "problems": problems = try reader.list()
            default: try reader.skip()
            }
        }
    }
}

package struct CheckProblem: Hashable, Sendable, JSONWritable, JSONReadable {
    /// `replication.lag`.
    package var id: String
    package var site: String
    package var verdict: CheckVerdict
    package var seen: String

    package init(id: String, site: String, verdict: CheckVerdict, seen: String) {
        self.id = id
        self.site = site
        self.verdict = verdict
        self.seen = seen
    }

    package func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("id", id)
            $0.field("seen", seen)
            $0.field("site", site)
            $0.field("verdict", verdict.rawValue)
        }
    }

    package init(from reader: inout JSONReader) throws(DecodingFailure) {
        self.init(id: "", site: "", verdict: .unknown, seen: "")
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "id": id = try reader.string()
            case "seen": seen = try reader.string()
            case "site": site = try reader.string()
            case "verdict": verdict = try reader.name()
            default: try reader.skip()
            }
        }
    }
}

/// How a check of a prerequisite ended.
package enum CheckVerdict: String, CaseIterable, Sendable {
    case ok
    /// A failover would work, but worse than it should.
    case warning
    /// A failover would fail, or lose what it need not lose.
    case failing
    /// It could not be looked at.
    case unknown
}
