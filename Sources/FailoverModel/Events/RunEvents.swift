/// A run began; everything it needs to be resumed is in here.
package struct RunStarted: EventPayload {
    package static let type: StaticString = "run.started"

    package enum Kind: String, CaseIterable, Sendable {
        case runbook
        /// `handover settle`: the steps that earlier runs still owe to a site.
        case settlement
        /// A drill: nothing moves.
        case drill
    }

    package var kind: Kind
    package var plan: Plan
    /// SHA-256 of the runbook's text, hexadecimal; empty for a settlement.
    package var runbookDigest: String
    /// For a settlement: what each step pays, by the step's id.
    package var settles: [Debt]

    package init(kind: Kind = .runbook, plan: Plan, runbookDigest: String = "", settles: [Debt] = []) {
        self.kind = kind
        self.plan = plan
        self.runbookDigest = runbookDigest
        self.settles = settles
    }

    package func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("kind", kind.rawValue)
            $0.field("plan", plan)
            $0.field("runbookDigest", runbookDigest)
            $0.field("settles", settles)
        }
    }

    package init(from reader: inout JSONReader) throws(DecodingFailure) {
        self.init(plan: Plan(runbook: "", title: "", from: "", to: "", others: [], phases: [], steps: []))
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "kind": kind = try reader.name()
            case "plan": plan = try Plan(from: &reader)
            case "runbookDigest": runbookDigest = try reader.string()
            case "settles": settles = try reader.list()
            default: try reader.skip()
            }
        }
    }
}

/// A step that a run could not do because its site was away: which run, which of its steps.
package struct Debt: Hashable, Sendable, JSONWritable, JSONReadable {
    package var run: String
    package var step: String

    package init(run: String, step: String) {
        self.run = run
        self.step = step
    }

    package func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("run", run)
            $0.field("step", step)
        }
    }

    package init(from reader: inout JSONReader) throws(DecodingFailure) {
        self.init(run: "", step: "")
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "run": run = try reader.string()
            case "step": step = try reader.string()
            default: try reader.skip()
            }
        }
    }
}

/// The process that carries out a run. `identity` tells two processes apart even if host and pid are the same.
package struct Executor: Hashable, Sendable, JSONWritable, JSONReadable {
    package var identity: String
    package var host: String
    /// Linux's `/proc/sys/kernel/random/boot_id`.
    package var boot: String
    package var pid: Int64
    /// Start time of the process in clock ticks since boot (`/proc/PID/stat`, field 22).
    package var processStart: Int64

    package init(identity: String, host: String, boot: String, pid: Int64, processStart: Int64) {
        self.identity = identity
        self.host = host
        self.boot = boot
        self.pid = pid
        self.processStart = processStart
    }

    package func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("boot", boot)
            $0.field("host", host)
            $0.field("identity", identity)
            $0.field("pid", pid)
            $0.field("processStart", processStart)
        }
    }

    package init(from reader: inout JSONReader) throws(DecodingFailure) {
        self.init(identity: "", host: "", boot: "", pid: 0, processStart: 0)
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "boot": boot = try reader.string()
            case "host": host = try reader.string()
            case "identity": identity = try reader.string()
            case "pid": pid = try reader.integer()
            case "processStart": processStart = try reader.integer()
            default: try reader.skip()
            }
        }
    }
}

/// An executor took the run; from here only it may append to it as executor.
package struct RunClaimed: EventPayload {
    package static let type: StaticString = "run.claimed"
    package var executor: Executor
    /// Why a claim that was still open could be taken: `process 4711 is gone`.
    package var takenOverBecause: String?

    package init(executor: Executor, takenOverBecause: String? = nil) {
        self.executor = executor
        self.takenOverBecause = takenOverBecause
    }

    package func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("executor", executor)
            $0.field("takenOverBecause", takenOverBecause)
        }
    }

    package init(from reader: inout JSONReader) throws(DecodingFailure) {
        self.init(executor: Executor(identity: "", host: "", boot: "", pid: 0, processStart: 0))
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "executor": executor = try Executor(from: &reader)
            case "takenOverBecause": takenOverBecause = try reader.string()
            default: try reader.skip()
            }
        }
    }
}

/// The executor let go of the run, and why.
package struct RunReleased: EventPayload {
    package static let type: StaticString = "run.released"

    package enum Reason: String, CaseIterable, Sendable {
        /// Every step is settled.
        case completed
        /// Everything done before the pivot is undone.
        case rolledBack
        /// An approval or a decision of a person is missing.
        case waiting
        /// A step failed; the run can be resumed.
        case failed
        /// A safety rule forbids a step.
        case refused
        /// A person sent SIGINT or SIGTERM.
        case interrupted
    }

    package var reason: Reason
    /// Whose claim ends.
    package var executor: String
    /// One sentence for people.
    package var summary: String
    /// Of a drill that is over: whether all went as a failover would want it.
    package var isGoodDrill: Bool?

    package init(reason: Reason, executor: String, summary: String, isGoodDrill: Bool? = nil) {
        self.reason = reason
        self.executor = executor
        self.summary = summary
        self.isGoodDrill = isGoodDrill
    }

    package func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("executor", executor)
            if let isGoodDrill { $0.field("isGoodDrill", isGoodDrill) }
            $0.field("reason", reason.rawValue)
            $0.field("summary", summary)
        }
    }

    package init(from reader: inout JSONReader) throws(DecodingFailure) {
        self.init(reason: .failed, executor: "", summary: "")
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "executor": executor = try reader.string()
            case "isGoodDrill": isGoodDrill = try reader.bool()
            case "reason": reason = try reader.name()
            case "summary": summary = try reader.string()
            default: try reader.skip()
            }
        }
    }
}

/// A person turned the run round: from now on what was done is undone.
package struct RollbackStarted: EventPayload {
    package static let type: StaticString = "rollback.started"
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

/// Something a person wants remembered about the run.
package struct NoteAdded: EventPayload {
    package static let type: StaticString = "note.added"
    package var text: String
    /// When it happened, where that was not when it was written down.
    package var at: Moment?

    package init(text: String, at: Moment? = nil) {
        self.text = text
        self.at = at
    }

    package func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("at", at)
            $0.field("text", text)
        }
    }

    package init(from reader: inout JSONReader) throws(DecodingFailure) {
        self.init(text: "")
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "at": at = try reader.moment()
            case "text": text = try reader.string()
            default: try reader.skip()
            }
        }
    }
}
