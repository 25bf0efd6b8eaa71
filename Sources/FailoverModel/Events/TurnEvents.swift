/// A person gave a run up: nobody goes on with it in either direction, because the world has moved past it.
///
/// What it did stays. Before the pivot it owes nothing any more; past it, what was open at the old site is owed.
package struct RunAbandoned: EventPayload {
    package static let type: StaticString = "run.abandoned"
    /// Whether the pivot was done, or may have been.
    package var isPastPivot: Bool
    package var reason: String

    package init(isPastPivot: Bool, reason: String) {
        self.isPastPivot = isPastPivot
        self.reason = reason
    }

    package func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("isPastPivot", isPastPivot)
            $0.field("reason", reason)
        }
    }

    package init(from reader: inout JSONReader) throws(DecodingFailure) {
        self.init(isPastPivot: false, reason: "")
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "isPastPivot": isPastPivot = try reader.bool()
            case "reason": reason = try reader.string()
            default: try reader.skip()
            }
        }
    }
}

/// A person turned a rollback round: from now on the run goes forward again, and looks at everything anew.
package struct RollbackWithdrawn: EventPayload {
    package static let type: StaticString = "rollback.withdrawn"
    package var reason: String?

    package init(reason: String? = nil) { self.reason = reason }

    package func write(to writer: inout JSONWriter) { writer.object { $0.field("reason", reason) } }

    package init(from reader: inout JSONReader) throws(DecodingFailure) {
        self.init()
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "reason": reason = try reader.string()
            default: try reader.skip()
            }
        }
    }
}

/// Something is owed that no step says so of: what had been settled was taken back, or a drill was given up before it had
/// removed what it made.
package struct DebtReopened: EventPayload {
    package static let type: StaticString = "debt.reopened"
    package var site: String
    package var debt: Debt
    package var title: String
    package var reason: String

    package init(site: String, debt: Debt, title: String, reason: String) {
        self.site = site
        self.debt = debt
        self.title = title
        self.reason = reason
    }

    package func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("debt", debt)
            $0.field("reason", reason)
            $0.field("site", site)
            $0.field("title", title)
        }
    }

    package init(from reader: inout JSONReader) throws(DecodingFailure) {
        self.init(site: "", debt: Debt(run: "", step: ""), title: "", reason: "")
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "debt": debt = try Debt(from: &reader)
            case "reason": reason = try reader.string()
            case "site": site = try reader.string()
            case "title": title = try reader.string()
            default: try reader.skip()
            }
        }
    }
}

extension StepDeferred {
    /// Of a step that is owed because its run was given up, not because its site was away.
    package static let reasonOfGivingUp = "the run was given up before it was done"

    package var isByGivingUp: Bool { reason == Self.reasonOfGivingUp }
}
