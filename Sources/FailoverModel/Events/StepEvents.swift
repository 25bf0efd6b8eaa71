/// Which way a step is taken.
package enum Direction: String, CaseIterable, Sendable {
    case forward
    /// Undoing it, in a rollback.
    case back
}

/// The step's intent: what was found and what will now be done. Durable before anything is done.
package struct StepIntended: EventPayload {
    package static let type: StaticString = "step.intended"
    package var step: String
    /// From 1, counted over all executors of the run and both directions.
    package var attempt: Int64
    package var direction: Direction
    package var isPivot: Bool
    /// What the command found, without secrets; what an undo goes back to.
    package var facts: JSONValue
    /// What will be done, one sentence.
    package var sentence: String

    package init(
        step: String, attempt: Int64, direction: Direction = .forward, isPivot: Bool = false, facts: JSONValue,
        sentence: String
    ) {
        self.step = step
        self.attempt = attempt
        self.direction = direction
        self.isPivot = isPivot
        self.facts = facts
        self.sentence = sentence
    }

    package func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("attempt", attempt)
            $0.field("direction", direction.rawValue)
            $0.field("facts", facts)
            $0.field("isPivot", isPivot)
            $0.field("sentence", sentence)
            $0.field("step", step)
        }
    }

    package init(from reader: inout JSONReader) throws(DecodingFailure) {
        self.init(step: "", attempt: 0, facts: .null, sentence: "")
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "attempt": attempt = try reader.integer()
            case "direction": direction = try reader.name()
            case "facts": facts = try reader.value()
            case "isPivot": isPivot = try reader.bool()
            case "sentence": sentence = try reader.string()
            case "step": step = try reader.string()
            default: try reader.skip()
            }
        }
    }
}

/// The step is done and that was seen.
package struct StepSucceeded: EventPayload {
    package static let type: StaticString = "step.succeeded"

    package enum How: String, CaseIterable, Sendable {
        /// Acted and verified.
        case acted
        /// The world was already so; nothing was done.
        case alreadySo
        /// An earlier executor acted and did not live to say so; its work was found done.
        case adopted
    }

    package var step: String
    package var direction: Direction
    package var how: How
    package var isPivot: Bool
    package var facts: JSONValue
    package var sentence: String

    package init(
        step: String, direction: Direction = .forward, how: How, isPivot: Bool = false, facts: JSONValue,
        sentence: String
    ) {
        self.step = step
        self.direction = direction
        self.how = how
        self.isPivot = isPivot
        self.facts = facts
        self.sentence = sentence
    }

    package func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("direction", direction.rawValue)
            $0.field("facts", facts)
            $0.field("how", how.rawValue)
            $0.field("isPivot", isPivot)
            $0.field("sentence", sentence)
            $0.field("step", step)
        }
    }

    package init(from reader: inout JSONReader) throws(DecodingFailure) {
        self.init(step: "", how: .acted, facts: .null, sentence: "")
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "direction": direction = try reader.name()
            case "facts": facts = try reader.value()
            case "how": how = try reader.name()
            case "isPivot": isPivot = try reader.bool()
            case "sentence": sentence = try reader.string()
            case "step": step = try reader.string()
            default: try reader.skip()
            }
        }
    }
}

/// A try ended without success. `isKnown` false: nobody can say whether it took effect.
package struct StepFailed: EventPayload {
    package static let type: StaticString = "step.failed"
    package var step: String
    package var direction: Direction
    /// False is the outcome `unknown`: a time-out, a lost connection, a verification that did not come true in time.
    package var isKnown: Bool
    package var fault: Fault
    /// When the engine tries again by itself; `nil` when it does not.
    package var retryAt: Moment?

    package init(
        step: String, direction: Direction = .forward, isKnown: Bool, fault: Fault, retryAt: Moment? = nil
    ) {
        self.step = step
        self.direction = direction
        self.isKnown = isKnown
        self.fault = fault
        self.retryAt = retryAt
    }

    package func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("direction", direction.rawValue)
            $0.field("fault", fault)
            $0.field("isKnown", isKnown)
            $0.field("retryAt", retryAt)
            $0.field("step", step)
        }
    }

    package init(from reader: inout JSONReader) throws(DecodingFailure) {
        self.init(step: "", isKnown: true, fault: Fault(.invalid, "", at: "", next: ""))
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "direction": direction = try reader.name()
            case "fault": fault = try Fault(from: &reader)
            case "isKnown": isKnown = try reader.bool()
            case "retryAt": retryAt = try reader.moment()
            case "step": step = try reader.string()
            default: try reader.skip()
            }
        }
    }
}

/// A safety rule forbids the step as things are.
package struct StepRefused: EventPayload {
    package static let type: StaticString = "step.refused"
    package var step: String
    package var direction: Direction
    package var rule: String
    package var sentence: String
    /// What a named person may take responsibility for to go on; `nil` where nobody may.
    package var acceptance: String?

    package init(
        step: String, direction: Direction = .forward, rule: String, sentence: String, acceptance: String? = nil
    ) {
        self.step = step
        self.direction = direction
        self.rule = rule
        self.sentence = sentence
        self.acceptance = acceptance
    }

    package func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("acceptance", acceptance)
            $0.field("direction", direction.rawValue)
            $0.field("rule", rule)
            $0.field("sentence", sentence)
            $0.field("step", step)
        }
    }

    package init(from reader: inout JSONReader) throws(DecodingFailure) {
        self.init(step: "", rule: "", sentence: "")
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "acceptance": acceptance = try reader.string()
            case "direction": direction = try reader.name()
            case "rule": rule = try reader.string()
            case "sentence": sentence = try reader.string()
            case "step": step = try reader.string()
            default: try reader.skip()
            }
        }
    }
}

/// The step's site is away; the step is owed to it.
package struct StepDeferred: EventPayload {
    package static let type: StaticString = "step.deferred"
    package var step: String
    package var site: String
    package var title: String
    package var reason: String

    package init(step: String, site: String, title: String, reason: String) {
        self.step = step
        self.site = site
        self.title = title
        self.reason = reason
    }

    package func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("reason", reason)
            $0.field("site", site)
            $0.field("step", step)
            $0.field("title", title)
        }
    }

    package init(from reader: inout JSONReader) throws(DecodingFailure) {
        self.init(step: "", site: "", title: "", reason: "")
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "reason": reason = try reader.string()
            case "site": site = try reader.string()
            case "step": step = try reader.string()
            case "title": title = try reader.string()
            default: try reader.skip()
            }
        }
    }
}

/// What a step owed to a site has been paid.
package struct DebtSettled: EventPayload {
    package static let type: StaticString = "debt.settled"
    package var site: String
    package var debt: Debt

    package init(site: String, debt: Debt) {
        self.site = site
        self.debt = debt
    }

    package func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("debt", debt)
            $0.field("site", site)
        }
    }

    package init(from reader: inout JSONReader) throws(DecodingFailure) {
        self.init(site: "", debt: Debt(run: "", step: ""))
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "debt": debt = try Debt(from: &reader)
            case "site": site = try reader.string()
            default: try reader.skip()
            }
        }
    }
}

/// The step can neither be observed nor safely repeated; a person must say what happened.
package struct StepDoubted: EventPayload {
    package static let type: StaticString = "step.doubted"
    package var step: String
    package var direction: Direction
    package var sentence: String

    package init(step: String, direction: Direction = .forward, sentence: String) {
        self.step = step
        self.direction = direction
        self.sentence = sentence
    }

    package func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("direction", direction.rawValue)
            $0.field("sentence", sentence)
            $0.field("step", step)
        }
    }

    package init(from reader: inout JSONReader) throws(DecodingFailure) {
        self.init(step: "", sentence: "")
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "direction": direction = try reader.name()
            case "sentence": sentence = try reader.string()
            case "step": step = try reader.string()
            default: try reader.skip()
            }
        }
    }
}
