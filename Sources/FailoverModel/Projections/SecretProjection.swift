/// Whether each secret of each site is in sync, from the comparisons' verdicts alone.
package struct SecretProjection: Sendable {
    package struct Status: Equatable, Sendable {
        package var name: String
        package var site: String
        package var verdict: SecretVerdict.Verdict
        package var keys: [String]
        /// The site it was compared with.
        package var reference: String
        package var observedAt: Moment
        /// When it was last proven in sync; `nil` when never.
        package var lastInSyncAt: Moment?
    }

    /// By `site|name`.
    package var statuses: [String: Status] { kept.values }

    var kept = KeyedRecords<Status>(name: "secret")

    init() {}

    /// By name, then site. Where two sites were compared in both directions, the newer comparison alone counts.
    package var sorted: [Status] {
        statuses.values.filter { !isSuperseded($0) }.sorted { ($0.name, $0.site) < ($1.name, $1.site) }
    }

    private func isSuperseded(_ status: Status) -> Bool {
        guard let reverse = statuses["\(status.reference)|\(status.name)"], reverse.reference == status.site else {
            return false
        }
        return reverse.observedAt > status.observedAt
    }

    mutating func compare(_ payload: SecretsCompared, at moment: Moment) {
        for verdict in payload.verdicts {
            let key = "\(payload.site)|\(verdict.name)"
            kept[key] = Status(
                name: verdict.name, site: payload.site, verdict: verdict.verdict, keys: verdict.keys,
                reference: payload.reference, observedAt: moment,
                lastInSyncAt: verdict.verdict == .inSync ? moment : kept[key]?.lastInSyncAt)
        }
    }
}

extension SecretProjection.Status: JSONWritable, JSONReadable {
    package func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("keys", keys)
            $0.field("lastInSyncAt", lastInSyncAt)
            $0.field("name", name)
            $0.field("observedAt", observedAt)
            $0.field("reference", reference)
            $0.field("site", site)
            $0.field("verdict", verdict.rawValue)
        }
    }

    package init(from reader: inout JSONReader) throws(DecodingFailure) {
        self.init(
            name: "", site: "", verdict: .unknown, keys: [], reference: "", observedAt: Moment(microseconds: 0))
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "keys": keys = try reader.strings()
            case "lastInSyncAt": lastInSyncAt = try reader.moment()
            case "name": name = try reader.string()
            case "observedAt": observedAt = try reader.moment()
            case "reference": reference = try reader.string()
            case "site": site = try reader.string()
            case "verdict": verdict = try reader.name()
            default: try reader.skip()
            }
        }
    }
}
