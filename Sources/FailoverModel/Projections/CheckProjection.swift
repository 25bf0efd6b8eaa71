/// When what a failover needs was last looked at, and when it was last sound.
package struct CheckProjection: Sendable {
    package struct Status: Equatable, Sendable {
        package var at: Moment
        package var ok: Int64
        package var problems: [CheckProblem]
        /// When nothing was failing or unknown; `nil` when never.
        package var lastSoundAt: Moment?
    }

    package var last: Status? { kept["last"] }

    var kept = KeyedRecords<Status>(name: "check")

    init() {}

    mutating func complete(_ payload: CheckCompleted, at moment: Moment) {
        kept["last"] = Status(
            at: moment, ok: payload.ok, problems: payload.problems,
            lastSoundAt: payload.problems.allSatisfy { $0.verdict == .warning } ? moment : last?.lastSoundAt)
    }
}

extension CheckProjection.Status: JSONWritable, JSONReadable {
    package func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("at", at)
            $0.field("lastSoundAt", lastSoundAt)
            $0.field("ok", ok)
            $0.field("problems", problems)
        }
    }

    package init(from reader: inout JSONReader) throws(DecodingFailure) {
        self.init(at: Moment(microseconds: 0), ok: 0, problems: [])
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "at": at = try reader.moment()
            case "lastSoundAt": lastSoundAt = try reader.moment()
            case "ok": ok = try reader.integer()
            case "problems": problems = try reader.list()
            default: try reader.skip()
            }
        }
    }
}
