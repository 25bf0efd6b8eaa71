import FailoverModel

/// A run as plain lines, one an event, for pipes, logs and slow lines:
/// `14:03:07Z   +12.3s  promote           dc2  doing: dc2 main will be promoted`.
struct RunLines: Sendable {
    private var roles: [String: String] = [:]
    private var lastNotices: [String: (sentence: String, at: Moment, since: Moment)] = [:]

    /// `nil` for what is not worth a line: a look at a site that shows nothing new.
    mutating func line(_ event: Event, entry: Entry, state: RunState) -> String? {
        if case .siteObserved(let payload) = event {
            guard let role = payload.observation.place else { return nil }
            guard roles.updateValue(role.now, forKey: role.of) != role.now else { return nil }
        }
        if let step = event.step { lastNotices[step] = nil }
        var sentence = event.sentence(by: entry.actor)
        if case .runClaimed = event, state.kind == .drill { sentence = "a drill, nothing is moved: \(sentence)" }
        return line(at: entry.time, step: event.step, sentence, state)
    }

    /// What a step waits for: when it changes, but not every moment, and again every half minute.
    mutating func line(notice sentence: String, step: String, state: RunState?, now: Moment) -> String? {
        let last = lastNotices[step]
        if let last, now.milliseconds(since: last.at) < (last.sentence == sentence ? 30_000 : 5000) { return nil }
        let since = last?.since ?? now
        lastNotices[step] = (sentence, now, since)
        guard let state else { return nil }
        let span = now.milliseconds(since: since)
        return line(at: now, step: step, "waits\(span > 0 ? " for \(SpanText.of(span))" : ""): \(sentence)", state)
    }

    private func line(at time: Moment, step: String?, _ sentence: String, _ state: RunState) -> String {
        let since = max(0, time.milliseconds(since: state.startedAt))
        let offset = "+\(since / 1000).\(since / 100 % 10)s"
        let padding = String(repeating: " ", count: max(0, 8 - offset.count))
        let width = state.plan.idWidth
        let sites = state.plan.steps.map(\.site.shownSafely.cells).max() ?? 0
        let site = step.flatMap(state.plan.step)?.site ?? ""
        return "\(SpanText.time(time)) \(padding)\(offset)  \(Self.padded(step ?? "", width))  "
            + "\(Self.padded(site, sites))  \(sentence.shownSafely)"
    }

    /// Filled up, but never cut: a pipe has room, and scripts look for the whole name.
    private static func padded(_ text: String, _ width: Int) -> String {
        let text = text.shownSafely
        return text + String(repeating: " ", count: max(0, width - text.cells))
    }
}

extension SiteObservation {
    /// What a place was seen to be, without positions, which always move.
    fileprivate var place: (of: String, now: String)? {
        let place = "\(site)/\(cluster ?? "")"
        switch seen {
        case .postgres(let server):
            let role = server.isInRecovery ? "standby" : server.isFenced ? "fenced" : "primary"
            return (place, "\(role) \(server.timeline)")
        case .unreachable(let system, _): return ("\(place)/\(system)", "unreachable")
        case .workloads: return nil
        case .service(let status, _): return ("\(place)/service", "\(status)")
        }
    }
}
