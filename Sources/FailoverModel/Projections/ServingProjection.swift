/// Which site was made the primary of each cluster last, as the journal knows it: who is right where two take writes.
package struct ServingProjection: Sendable {
    /// The last promotion of a cluster that was seen done, or that a named person said was.
    package struct Promotion: Equatable, Sendable {
        package var cluster: String
        package var site: String
        package var run: String
        package var at: Moment
        /// `nil` where only a person's word is known.
        package var timeline: Int64?
        package var oldTimeline: Int64?
        package var forkPosition: LogPosition?
        package var systemIdentifier: String?
    }

    /// By cluster; empty for what was said of all clusters.
    package var promotions: [String: Promotion] { kept.values }

    var kept = KeyedRecords<Promotion>(name: "serving")

    init() {}

    /// The last promotion of a cluster. A person's word about a run whose step names no cluster holds for all.
    package func promotion(of cluster: String) -> Promotion? {
        [promotions[cluster], promotions[""]].compactMap(\.self).max { $0.at < $1.at }
    }

    /// The site that the newest promotion of any cluster led to.
    package var site: String? { promotions.values.max { $0.at < $1.at }?.site }

    mutating func promote(_ facts: JSONValue?, in summary: RunSummary, at moment: Moment) {
        let promotion = Promotion(
            cluster: facts?["cluster"]?.text ?? "", site: facts?["site"]?.text ?? summary.to, run: summary.id,
            at: moment,
            timeline: facts?["newTimeline"]?.integer, oldTimeline: facts?["oldTimeline"]?.integer,
            forkPosition: facts?["forkPosition"]?.text.flatMap { LogPosition($0) },
            systemIdentifier: facts?["systemIdentifier"]?.text)
        kept[promotion.cluster] = promotion
    }
}

extension ServingProjection.Promotion: JSONWritable, JSONReadable {
    package func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("at", at)
            $0.field("cluster", cluster)
            $0.field("forkPosition", forkPosition)
            $0.field("oldTimeline", oldTimeline)
            $0.field("run", run)
            $0.field("site", site)
            $0.field("systemIdentifier", systemIdentifier)
            $0.field("timeline", timeline)
        }
    }

    package init(from reader: inout JSONReader) throws(DecodingFailure) {
        self.init(cluster: "", site: "", run: "", at: Moment(microseconds: 0))
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "at": at = try reader.moment()
            case "cluster": cluster = try reader.string()
            case "forkPosition": forkPosition = try reader.position()
            case "oldTimeline": oldTimeline = try reader.integer()
            case "run": run = try reader.string()
            case "site": site = try reader.string()
            case "systemIdentifier": systemIdentifier = try reader.string()
            case "timeline": timeline = try reader.integer()
            default: try reader.skip()
            }
        }
    }
}
