/// One line about a run, kept for the list of runs and for `status`.
package struct RunSummary: Equatable, Sendable {
    package var id: String
    package var runbook: String
    package var title: String
    package var kind: RunStarted.Kind
    package var from: String
    package var to: String
    package var standing: RunStanding
    package var direction: Direction
    package var startedAt: Moment
    package var startedBy: String
    package var endedAt: Moment?
    /// Sequence of the release that ended it; orders the finished runs.
    package var endedSequence: Int64?
    package var lastAt: Moment
    package var executor: Executor?
    package var claimedAt: Moment?
    package var summary: String
    package var isPastPivot: Bool
    /// The ids of the steps after which going back means moving data back.
    package var pivots: [String]
    /// Of a drill that is over.
    package var isGoodDrill: Bool?
    /// A settlement that only removes what drills have left.
    package var removesDrills = false

    init(_ started: RunStarted, run: String, time: Moment, actor: String) {
        id = run
        runbook = started.plan.runbook
        title = started.plan.title
        kind = started.kind
        from = started.plan.from
        to = started.plan.to
        standing = .started
        direction = .forward
        startedAt = time
        startedBy = actor
        lastAt = time
        summary = ""
        isPastPivot = false
        pivots = started.plan.steps.filter(\.isPivot).map(\.id)
    }
}

extension RunSummary: JSONWritable, JSONReadable {
    package func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("claimedAt", claimedAt)
            $0.field("direction", direction.rawValue)
            $0.field("endedAt", endedAt)
            $0.field("endedSequence", endedSequence)
            $0.field("executor", executor)
            $0.field("from", from)
            $0.field("id", id)
            if let isGoodDrill { $0.field("isGoodDrill", isGoodDrill) }
            $0.field("isPastPivot", isPastPivot)
            $0.field("kind", kind.rawValue)
            $0.field("lastAt", lastAt)
            $0.field("pivots", pivots)
            if removesDrills { $0.field("removesDrills", true) }
            $0.field("runbook", runbook)
            $0.field("standing", standing.rawValue)
            $0.field("startedAt", startedAt)
            $0.field("startedBy", startedBy)
            $0.field("summary", summary)
            $0.field("title", title)
            $0.field("to", to)
        }
    }

    package init(from reader: inout JSONReader) throws(DecodingFailure) {
        self.init(
            RunStarted(plan: Plan(runbook: "", title: "", from: "", to: "", others: [], phases: [], steps: [])),
            run: "",
            time: Moment(microseconds: 0), actor: "")
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "claimedAt": claimedAt = try reader.moment()
            case "direction": direction = try reader.name()
            case "endedAt": endedAt = try reader.moment()
            case "endedSequence": endedSequence = try reader.integer()
            case "executor": executor = try Executor(from: &reader)
            case "from": from = try reader.string()
            case "id": id = try reader.string()
            case "isGoodDrill": isGoodDrill = try reader.bool()
            case "isPastPivot": isPastPivot = try reader.bool()
            case "kind": kind = try reader.name()
            case "lastAt": lastAt = try reader.moment()
            case "pivots": pivots = try reader.strings()
            case "removesDrills": removesDrills = try reader.bool()
            case "runbook": runbook = try reader.string()
            case "standing": standing = try reader.name()
            case "startedAt": startedAt = try reader.moment()
            case "startedBy": startedBy = try reader.string()
            case "summary": summary = try reader.string()
            case "title": title = try reader.string()
            case "to": to = try reader.string()
            default: try reader.skip()
            }
        }
    }
}
