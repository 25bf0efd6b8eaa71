/// The last drill into each site, and the last good one.
package struct DrillProjection: Sendable {
    package struct Drill: Equatable, Sendable {
        package var run: String
        /// The site that served meanwhile.
        package var from: String
        package var endedAt: Moment
        package var isGood: Bool

        package init(run: String, from: String, endedAt: Moment, isGood: Bool) {
            self.run = run
            self.from = from
            self.endedAt = endedAt
            self.isGood = isGood
        }
    }

    package struct Status: Equatable, Sendable {
        package var last: Drill
        /// `nil`: none was good yet.
        package var lastGood: Drill?

        package init(last: Drill, lastGood: Drill? = nil) {
            self.last = last
            self.lastGood = lastGood
        }
    }

    /// By the site that was tried.
    package var statuses: [String: Status] { kept.values }

    var kept = KeyedRecords<Status>(name: "drill")

    init() {}

    /// A drill that is over.
    mutating func end(_ summary: RunSummary, at moment: Moment) {
        let drill = Drill(
            run: summary.id, from: summary.from, endedAt: moment, isGood: summary.isGoodDrill ?? false)
        kept[summary.to] = Status(last: drill, lastGood: drill.isGood ? drill : kept[summary.to]?.lastGood)
    }
}

extension DrillProjection.Status: JSONWritable, JSONReadable {
    package func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("last", last)
            $0.field("lastGood", lastGood)
        }
    }

    package init(from reader: inout JSONReader) throws(DecodingFailure) {
        self.init(last: .init(run: "", from: "", endedAt: Moment(microseconds: 0), isGood: false))
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "last": last = try DrillProjection.Drill(from: &reader)
            case "lastGood": lastGood = try DrillProjection.Drill(from: &reader)
            default: try reader.skip()
            }
        }
    }
}

extension DrillProjection.Drill: JSONWritable, JSONReadable {
    package func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("endedAt", endedAt)
            $0.field("from", from)
            $0.field("isGood", isGood)
            $0.field("run", run)
        }
    }

    package init(from reader: inout JSONReader) throws(DecodingFailure) {
        self.init(run: "", from: "", endedAt: Moment(microseconds: 0), isGood: false)
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "endedAt": endedAt = try reader.moment()
            case "from": from = try reader.string()
            case "isGood": isGood = try reader.bool()
            case "run": run = try reader.string()
            default: try reader.skip()
            }
        }
    }
}
