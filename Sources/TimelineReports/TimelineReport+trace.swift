import Crypto
package import FailoverModel

extension TimelineReport {
    /// OTLP's `ExportTraceServiceRequest` in the protobuf JSON mapping (opentelemetry.io/docs/specs/otlp, opentelemetry-proto
    /// `trace.proto`): identifiers in hexadecimal, 64-bit numbers as text, enumerations as numbers.
    ///
    /// One trace a run: the run, its phases, steps, tries and waits are spans; decisions, notes, events from elsewhere and
    /// faults are events on them. The identifiers follow from the run alone, so that a second export is the same trace.
    /// Times count forward from the start of the run (`Point.elapsedMicroseconds`).
    package func trace(version: String) -> JSONValue {
        [
            "resourceSpans": [
                [
                    "resource": [
                        "attributes": [
                            Self.attribute("service.name", "handover"), Self.attribute("service.version", version),
                        ]
                    ],
                    "scopeSpans": [
                        [
                            "scope": ["name": "handover.timeline", "version": .string(version)],
                            "spans": .array(runs.flatMap { RunTrace(run: $0, runs: runs).spans }),
                        ]
                    ],
                ]
            ]
        ]
    }

    static func attribute(_ key: String, _ value: String) -> JSONValue {
        ["key": .string(key), "value": ["stringValue": .string(value)]]
    }

    static func attribute(_ key: String, _ value: Int64) -> JSONValue {
        ["key": .string(key), "value": ["intValue": .string("\(value)")]]
    }

    static func attribute(_ key: String, _ value: Bool) -> JSONValue {
        ["key": .string(key), "value": ["boolValue": .bool(value)]]
    }
}

/// One run's spans.
private struct RunTrace {
    let run: RunTimeline
    let runs: [RunTimeline]

    /// `STATUS_CODE_UNSET`, `_OK`, `_ERROR` of trace.proto.
    private enum Status: Int64 { case unset, ok, error }

    var spans: [JSONValue] {
        let events = Dictionary(grouping: run.items.filter(\.isTraceEvent)) { $0.step ?? "" }
        return [root(events[""] ?? [])] + run.phases.compactMap(phase)
            + run.steps.flatMap { step in spans(of: step, events: events[step.planned.id] ?? []) }
            + run.interruptions.enumerated().map(interruption)
    }

    private func root(_ events: [RunTimeline.Item]) -> JSONValue {
        var span = span(
            "run", parent: nil, name: run.title, from: run.started, to: run.ended,
            status: run.standing == .completed ? .ok : run.standing.isOver ? .unset : .error, message: run.summary,
            attributes: [
                TimelineReport.attribute("handover.run", run.run),
                TimelineReport.attribute("handover.runbook", run.plan.runbook),
                TimelineReport.attribute("handover.from", run.plan.from),
                TimelineReport.attribute("handover.to", run.plan.to),
                TimelineReport.attribute("handover.state", run.standing.rawValue),
                TimelineReport.attribute("enduser.id", run.startedBy),
            ] + drill, events: events)
        let others = runs.filter { $0.run != run.run }
        if !others.isEmpty {
            span["links"] = .array(
                others.map {
                    [
                        "traceId": .string(Self.identifier($0, "trace", bytes: 16)),
                        "spanId": .string(Self.identifier($0, "run", bytes: 8)),
                    ]
                })
        }
        return .object(span)
    }

    private var drill: [JSONValue] {
        guard let drill = run.drill else { return [] }
        return [
            TimelineReport.attribute("handover.kind", "drill"),
            TimelineReport.attribute("handover.drill", drill.word),
        ]
    }

    private func phase(_ phase: RunTimeline.Phase) -> JSONValue? {
        guard let began = phase.began else { return nil }
        return .object(span("phase \(phase.id)", parent: "run", name: phase.title, from: began, to: phase.ended))
    }

    private func spans(of step: RunTimeline.Step, events: [RunTimeline.Item]) -> [JSONValue] {
        guard let began = step.began else { return [] }
        let id = "step \(step.planned.id)"
        let isWell = step.standing.isSettled
        var attributes = [
            TimelineReport.attribute("handover.step", step.planned.id),
            TimelineReport.attribute("handover.command", step.planned.command),
            TimelineReport.attribute("handover.site", step.planned.site),
            TimelineReport.attribute("handover.state", step.standing.rawValue),
            TimelineReport.attribute("handover.pivot", step.planned.isPivot),
        ]
        if let cluster = step.planned.cluster {
            attributes.append(TimelineReport.attribute("handover.cluster", cluster))
        }
        let own = span(
            id, parent: "phase \(step.planned.phase)", name: step.planned.id, from: began, to: step.ended,
            status: isWell ? .ok : .error, message: isWell ? "" : step.sentence, attributes: attributes, events: events)
        let waits = step.waits.enumerated().map { number, wait in
            span(
                "\(id) wait \(number)", parent: id, name: "waiting for an answer", from: wait.asked, to: wait.answered,
                attributes: [
                    TimelineReport.attribute("handover.question", wait.question),
                    TimelineReport.attribute("enduser.id", wait.answeredBy ?? ""),
                ])
        }
        let tries = step.attempts.enumerated().map { number, attempt in
            let isBad = [.failed, .unknown, .refused, .lost, .doubted].contains(attempt.outcome)
            return span(
                "\(id) try \(number)", parent: id, name: attempt.kind, from: attempt.intended ?? attempt.ended ?? began,
                to: attempt.ended, status: isBad ? .error : attempt.outcome == nil ? .unset : .ok,
                message: isBad ? attempt.sentence : "",
                attributes: [
                    TimelineReport.attribute("handover.outcome", attempt.outcome?.rawValue ?? "goingOn"),
                    TimelineReport.attribute("handover.direction", attempt.direction.rawValue),
                ])
        }
        return [.object(own)] + (waits + tries).map(JSONValue.object)
    }

    private func interruption(_ number: Int, _ gap: RunTimeline.Interruption) -> JSONValue {
        .object(
            span(
                "gap \(number)", parent: "run", name: "nobody carries it out", from: gap.began, to: gap.resumed,
                status: gap.isLoss ? .error : .unset, message: gap.isLoss ? gap.why : ""))
    }

    private func span(
        _ id: String, parent: String?, name: String, from start: RunTimeline.Point, to end: RunTimeline.Point?,
        status: Status = .unset, message: String = "", attributes: [JSONValue] = [], events: [RunTimeline.Item] = []
    ) -> [String: JSONValue] {
        var attributes = attributes
        if end == nil { attributes.append(TimelineReport.attribute("handover.unfinished", true)) }
        var span: [String: JSONValue] = [
            "traceId": .string(Self.identifier(run, "trace", bytes: 16)),
            "spanId": .string(Self.identifier(run, id, bytes: 8)), "name": .string(name),
            // SPAN_KIND_INTERNAL
            "kind": 1, "startTimeUnixNano": nanoseconds(start.elapsedMicroseconds),
            "endTimeUnixNano": nanoseconds((end ?? run.last).elapsedMicroseconds),
            "attributes": .array(attributes), "events": .array(events.map(event)),
            "status": status == .ok || message.isEmpty
                ? ["code": .integer(status.rawValue)]
                : ["code": .integer(status.rawValue), "message": .string(message)],
        ]
        if let parent { span["parentSpanId"] = .string(Self.identifier(run, parent, bytes: 8)) }
        return span
    }

    private func event(_ item: RunTimeline.Item) -> JSONValue {
        var attributes = [
            TimelineReport.attribute("handover.sequence", item.point.sequence),
            TimelineReport.attribute("handover.time", item.time.description),
            TimelineReport.attribute("enduser.id", item.author ?? item.actor),
        ]
        if let source = item.source { attributes.append(TimelineReport.attribute("handover.source", source)) }
        return [
            "timeUnixNano": nanoseconds(item.position), "name": .string(item.sentence),
            "attributes": .array(attributes),
        ]
    }

    private func nanoseconds(_ elapsed: Int64) -> JSONValue {
        .string("\(max(0, run.started.time.microseconds &+ elapsed) &* 1000)")
    }

    /// The first bytes of a digest over the run's name, its start and what is meant.
    private static func identifier(_ run: RunTimeline, _ part: String, bytes: Int) -> String {
        let text = "\(run.run)\n\(run.started.time.microseconds)\n\(part)"
        return SHA256.hash(data: Array(text.utf8)).prefix(bytes).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }
}

extension RunTimeline.Item {
    /// What is told beside the spans.
    fileprivate var isTraceEvent: Bool {
        switch kind {
        case .decision, .trouble, .note, .outside: true
        case .run, .step, .look: false
        }
    }
}
