/// A step waits for a person's yes.
package struct ApprovalRequested: EventPayload {
    package static let type: StaticString = "approval.requested"
    package var step: String
    package var question: String

    package init(step: String, question: String) {
        self.step = step
        self.question = question
    }

    package func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("question", question)
            $0.field("step", step)
        }
    }

    package init(from reader: inout JSONReader) throws(DecodingFailure) {
        self.init(step: "", question: "")
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "question": question = try reader.string()
            case "step": step = try reader.string()
            default: try reader.skip()
            }
        }
    }
}

/// The entry's actor said yes, and takes responsibility for what `accepts` names.
package struct StepApproved: EventPayload {
    package static let type: StaticString = "step.approved"
    package var step: String
    package var accepts: [String]
    package var reason: String?

    package init(step: String, accepts: [String] = [], reason: String? = nil) {
        self.step = step
        self.accepts = accepts
        self.reason = reason
    }

    package func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("accepts", accepts)
            $0.field("reason", reason)
            $0.field("step", step)
        }
    }

    package init(from reader: inout JSONReader) throws(DecodingFailure) {
        self.init(step: "")
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "accepts": accepts = try reader.strings()
            case "reason": reason = try reader.string()
            case "step": step = try reader.string()
            default: try reader.skip()
            }
        }
    }
}

/// The entry's actor said no; the run stops there until somebody approves, skips or rolls back.
package struct StepDenied: EventPayload {
    package static let type: StaticString = "step.denied"
    package var step: String
    package var reason: String?

    package init(step: String, reason: String? = nil) {
        self.step = step
        self.reason = reason
    }

    package func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("reason", reason)
            $0.field("step", step)
        }
    }

    package init(from reader: inout JSONReader) throws(DecodingFailure) {
        self.init(step: "")
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "reason": reason = try reader.string()
            case "step": step = try reader.string()
            default: try reader.skip()
            }
        }
    }
}

/// The entry's actor leaves the step out (or, in a rollback, leaves it as it is), with a reason.
package struct StepSkipped: EventPayload {
    package static let type: StaticString = "step.skipped"
    package var step: String
    package var direction: Direction
    package var reason: String

    package init(step: String, direction: Direction = .forward, reason: String) {
        self.step = step
        self.direction = direction
        self.reason = reason
    }

    package func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("direction", direction.rawValue)
            $0.field("reason", reason)
            $0.field("step", step)
        }
    }

    package init(from reader: inout JSONReader) throws(DecodingFailure) {
        self.init(step: "", reason: "")
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "direction": direction = try reader.name()
            case "reason": reason = try reader.string()
            case "step": step = try reader.string()
            default: try reader.skip()
            }
        }
    }
}

/// The entry's actor says what became of a step whose effect is not known.
package struct StepDecided: EventPayload {
    package static let type: StaticString = "step.decided"
    package var step: String
    package var direction: Direction
    package var isDone: Bool
    package var reason: String?

    package init(step: String, direction: Direction = .forward, isDone: Bool, reason: String? = nil) {
        self.step = step
        self.direction = direction
        self.isDone = isDone
        self.reason = reason
    }

    package func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("direction", direction.rawValue)
            $0.field("isDone", isDone)
            $0.field("reason", reason)
            $0.field("step", step)
        }
    }

    package init(from reader: inout JSONReader) throws(DecodingFailure) {
        self.init(step: "", isDone: false)
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "direction": direction = try reader.name()
            case "isDone": isDone = try reader.bool()
            case "reason": reason = try reader.string()
            case "step": step = try reader.string()
            default: try reader.skip()
            }
        }
    }
}
