extension Plan: JSONWritable, JSONReadable {
    package func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("from", from)
            $0.field("objectives", objectives)
            $0.field("others", others)
            $0.field("phases", phases)
            $0.field("runbook", runbook)
            $0.field("steps", steps)
            $0.field("title", title)
            $0.field("to", to)
        }
    }

    package init(from reader: inout JSONReader) throws(DecodingFailure) {
        self.init(runbook: "", title: "", from: "", to: "", others: [], phases: [], steps: [])
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "from": from = try reader.string()
            case "objectives": objectives = try Objectives(from: &reader)
            case "others": others = try reader.strings()
            case "phases": phases = try reader.list()
            case "runbook": runbook = try reader.string()
            case "steps": steps = try reader.list()
            case "title": title = try reader.string()
            case "to": to = try reader.string()
            default: try reader.skip()
            }
        }
        let identifiers = Set(steps.map(\.id))
        guard identifiers.count == steps.count, steps.allSatisfy({ identifiers.isSuperset(of: $0.needs) }) else {
            throw reader.failure("the plan's steps do not fit together")
        }
    }
}

extension Objectives: JSONWritable, JSONReadable {
    package func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("recoveryPointMilliseconds", recoveryPointMilliseconds)
            $0.field("recoveryTimeMilliseconds", recoveryTimeMilliseconds)
        }
    }

    package init(from reader: inout JSONReader) throws(DecodingFailure) {
        self.init()
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "recoveryPointMilliseconds": recoveryPointMilliseconds = try reader.integer()
            case "recoveryTimeMilliseconds": recoveryTimeMilliseconds = try reader.integer()
            default: try reader.skip()
            }
        }
    }
}

extension PlanPhase: JSONWritable, JSONReadable {
    package func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("id", id)
            $0.field("title", title)
        }
    }

    package init(from reader: inout JSONReader) throws(DecodingFailure) {
        self.init(id: "", title: "")
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "id": id = try reader.string()
            case "title": title = try reader.string()
            default: try reader.skip()
            }
        }
    }
}

extension PlannedStep: JSONWritable, JSONReadable {
    package func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("accepts", accepts)
            $0.field("approval", approval)
            $0.field("cluster", cluster)
            $0.field("command", command)
            $0.field("deadlineMilliseconds", deadlineMilliseconds)
            $0.field("id", id)
            $0.field("isPivot", isPivot)
            $0.field("needs", needs)
            $0.field("parameters", JSONValue.object(parameters))
            $0.field("phase", phase)
            $0.field("retry", retry)
            $0.field("site", site)
            $0.field("title", title)
            $0.field("whenUnreachable", whenUnreachable.rawValue)
        }
    }

    package init(from reader: inout JSONReader) throws(DecodingFailure) {
        self.init(id: "", phase: "", title: "", command: "", site: "")
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "accepts": accepts = try reader.strings()
            case "approval": approval = try reader.string()
            case "cluster": cluster = try reader.string()
            case "command": command = try reader.string()
            case "deadlineMilliseconds": deadlineMilliseconds = try reader.integer()
            case "id": id = try reader.string()
            case "isPivot": isPivot = try reader.bool()
            case "needs": needs = try reader.strings()
            case "parameters": parameters = try reader.value().fields ?? [:]
            case "phase": phase = try reader.string()
            case "retry": retry = try RetryPolicy(from: &reader)
            case "site": site = try reader.string()
            case "title": title = try reader.string()
            case "whenUnreachable": whenUnreachable = try reader.name()
            default: try reader.skip()
            }
        }
    }
}

extension RetryPolicy: JSONWritable, JSONReadable {
    package func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("attempts", attempts)
            $0.field("firstMilliseconds", firstMilliseconds)
            $0.field("mostMilliseconds", mostMilliseconds)
        }
    }

    package init(from reader: inout JSONReader) throws(DecodingFailure) {
        self.init()
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "attempts": attempts = try reader.integer()
            case "firstMilliseconds": firstMilliseconds = try reader.integer()
            case "mostMilliseconds": mostMilliseconds = try reader.integer()
            default: try reader.skip()
            }
        }
    }
}
