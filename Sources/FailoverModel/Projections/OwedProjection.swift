/// What is owed to sites that were away when a step wanted them.
package struct OwedProjection: Sendable {
    package struct Owed: Equatable, Sendable {
        package var debt: Debt
        package var site: String
        package var title: String
        package var reason: String
        package var since: Moment
        /// What a drill has left behind: to be removed, and in nobody's way.
        package var isOfDrill = false
    }

    /// By `run/step`.
    package var debts: [String: Owed] { kept.values }

    var kept = KeyedRecords<Owed>(name: "owed")

    init() {}

    package func owed(to site: String) -> [Owed] {
        debts.values.filter { $0.site == site }.sorted { ($0.since, $0.debt.step) < ($1.since, $1.debt.step) }
    }

    mutating func `defer`(_ payload: StepDeferred, run: String, isOfDrill: Bool = false, at moment: Moment) {
        let key = "\(run)/\(payload.step)"
        kept[key] = Owed(
            debt: Debt(run: run, step: payload.step), site: payload.site, title: payload.title, reason: payload.reason,
            since: moment, isOfDrill: isOfDrill)
    }

    mutating func reopen(_ payload: DebtReopened, isOfDrill: Bool = false, at moment: Moment) {
        let key = "\(payload.debt.run)/\(payload.debt.step)"
        kept[key] = Owed(
            debt: payload.debt, site: payload.site, title: payload.title, reason: payload.reason, since: moment,
            isOfDrill: isOfDrill)
    }

    mutating func settle(_ debt: Debt) {
        let key = "\(debt.run)/\(debt.step)"
        if kept[key] != nil { kept[key] = nil }
    }

    /// A run that is rolled back owes nothing: the site is to serve again as it was.
    mutating func forgive(run: String) {
        for owed in debts.values where owed.debt.run == run { settle(owed.debt) }
    }
}

extension OwedProjection.Owed: JSONWritable, JSONReadable {
    package func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("debt", debt)
            if isOfDrill { $0.field("isOfDrill", true) }
            $0.field("reason", reason)
            $0.field("since", since)
            $0.field("site", site)
            $0.field("title", title)
        }
    }

    package init(from reader: inout JSONReader) throws(DecodingFailure) {
        self.init(
            debt: Debt(run: "", step: ""), site: "", title: "", reason: "", since: Moment(microseconds: 0))
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "debt": debt = try Debt(from: &reader)
            case "isOfDrill": isOfDrill = try reader.bool()
            case "reason": reason = try reader.string()
            case "since": since = try reader.moment()
            case "site": site = try reader.string()
            case "title": title = try reader.string()
            default: try reader.skip()
            }
        }
    }
}
