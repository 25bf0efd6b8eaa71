import FailoverModel

extension RunTimeline {
    /// The chain of steps that made it take as long as it did: each could begin only when the one before was done.
    package struct CriticalPath: Equatable, Sendable {
        /// One step's part of the chain, from when the step before it was done.
        package struct Link: Equatable, Sendable {
            package var step: String
            package var milliseconds: Int64
            /// Of that: a person was waited for.
            package var waitingMilliseconds: Int64
            /// Of that: something was being done.
            package var workingMilliseconds: Int64
            /// Of that: between two tries.
            package var pausingMilliseconds: Int64
            /// Of that: nobody carried the run out.
            package var nobodyMilliseconds: Int64
            /// By how much everything would have been done earlier had the step taken no time; `nil` where it was not
            /// worked out, because the step is none of the longest.
            package var gainMilliseconds: Int64?
            /// The rest: looking at systems, and waiting for a turn.
            package var lookingMilliseconds: Int64 {
                milliseconds - waitingMilliseconds - workingMilliseconds - pausingMilliseconds - nobodyMilliseconds
            }
        }

        /// From the start of the run to the end of the last link.
        package var milliseconds: Int64
        package var links: [Link]

        /// For so many of the longest links the gain is worked out.
        static let judged = 40
    }
}

/// Works a critical path out of a run's steps.
struct CriticalPathFinder {
    private let steps: [RunTimeline.Step]
    private let last: RunTimeline.Point
    private let away: Spans
    private let needs: [[Int]]
    /// When each step could begin and when it was done; `nil` for one that was never done.
    private var own: [Range<Int64>?]

    init(_ steps: [RunTimeline.Step], last: RunTimeline.Point, interruptions: [RunTimeline.Interruption]) {
        self.steps = steps
        self.last = last
        away = Spans(interruptions.map { RunTimeline.range($0.began, $0.resumed, upTo: last) })
        let indices = Dictionary(steps.enumerated().map { ($1.planned.id, $0) }) { first, _ in first }
        let needs = steps.map { $0.planned.needs.compactMap { indices[$0] } }
        self.needs = needs
        own = steps.map { step in
            guard let began = step.began, let ended = step.ended else { return nil }
            return began.elapsedMicroseconds..<max(began.elapsedMicroseconds, ended.elapsedMicroseconds)
        }
        let observed = own
        for index in steps.indices {
            guard let range = observed[index] else { continue }
            let ready = needs[index].compactMap { observed[$0]?.upperBound }.max() ?? 0
            own[index] = min(ready, range.lowerBound)..<range.upperBound
        }
    }

    /// The chain that ends with a step; `nil` where it was never done.
    func path(to step: String) -> RunTimeline.CriticalPath? {
        guard var index = steps.firstIndex(where: { $0.planned.id == step }), let end = own[index]?.upperBound else {
            return nil
        }
        var chain: [Int] = []
        var seen: Set<Int> = []
        while seen.insert(index).inserted {
            chain.append(index)
            guard let before = predecessor(of: index) else { break }
            index = before
        }
        chain.reverse()
        let order = topologicalOrder
        let target = chain[chain.count - 1]
        let longest = Set(chain.sorted { length($0) > length($1) }.prefix(RunTimeline.CriticalPath.judged))
        let links = chain.map { index in
            link(index, gain: longest.contains(index) ? (end - finish(target, without: index, order)) / 1000 : nil)
        }
        return RunTimeline.CriticalPath(milliseconds: end / 1000, links: links)
    }

    private func length(_ index: Int) -> Int64 { own[index].map { $0.upperBound - $0.lowerBound } ?? 0 }

    private func predecessor(of index: Int) -> Int? {
        needs[index].filter { own[$0] != nil }.max { (own[$0]?.upperBound ?? 0) < (own[$1]?.upperBound ?? 0) }
    }

    private func link(_ index: Int, gain: Int64?) -> RunTimeline.CriticalPath.Link {
        let step = steps[index]
        let range = own[index] ?? 0..<0
        let waiting = Spans(step.waits.map { RunTimeline.range($0.asked, $0.answered, upTo: last) }).within(range)
        let nobody = away.within(range).subtracting(waiting)
        let working = working(step).within(range).subtracting(waiting).subtracting(nobody)
        let firstTry = step.attempts.compactMap(\.intended?.elapsedMicroseconds).min() ?? range.upperBound
        let pausing = Spans([firstTry..<max(firstTry, range.upperBound)]).within(range).subtracting(waiting)
            .subtracting(nobody).subtracting(working)
        return .init(
            step: step.planned.id, milliseconds: length(index) / 1000,
            waitingMilliseconds: waiting.microseconds / 1000, workingMilliseconds: working.microseconds / 1000,
            pausingMilliseconds: pausing.microseconds / 1000, nobodyMilliseconds: nobody.microseconds / 1000,
            gainMilliseconds: gain)
    }

    private func working(_ step: RunTimeline.Step) -> Spans {
        Spans(
            step.attempts.compactMap { attempt in
                attempt.intended.map { RunTimeline.range($0, attempt.ended ?? $0, upTo: last) }
            })
    }

    /// When `target` would have been done had `instant` taken no time. What nobody carried out is not the step's fault.
    private func finish(_ target: Int, without instant: Int, _ order: [Int]) -> Int64 {
        var ends = [Int64](repeating: 0, count: steps.count)
        for index in order {
            guard let range = own[index] else { continue }
            var length = range.upperBound - range.lowerBound
            if index == instant { length = away.within(range).subtracting(waits(index)).microseconds }
            ends[index] = (needs[index].lazy.map { ends[$0] }.max() ?? 0) + length
        }
        return ends[target]
    }

    private func waits(_ index: Int) -> Spans {
        Spans(steps[index].waits.map { RunTimeline.range($0.asked, $0.answered, upTo: last) })
    }

    /// Every step after those it needs. A plan has no cycles; what an invalid one had in a cycle would be left out.
    private var topologicalOrder: [Int] {
        var open = needs.map(\.count)
        var followers = [[Int]](repeating: [], count: steps.count)
        for (index, needed) in needs.enumerated() { for other in needed { followers[other].append(index) } }
        var order = steps.indices.filter { open[$0] == 0 }
        var next = 0
        while next < order.count {
            for follower in followers[order[next]] {
                open[follower] -= 1
                if open[follower] == 0 { order.append(follower) }
            }
            next += 1
        }
        return order
    }
}
