package import FailoverModel
import Glibc

/// Time as the engine sees it; tests have a virtual one.
package protocol EngineClock: Sendable {
    /// Wall-clock time, for the journal. May jump.
    func now() -> Moment
    /// Milliseconds that never jump, for deadlines and waits; the zero is arbitrary.
    func monotonicMilliseconds() -> Int64
    /// Ends early, without an error, when the task is cancelled.
    func sleep(milliseconds: Int64) async
}

/// The machine's clock.
package struct SystemClock: EngineClock {
    private let origin = ContinuousClock.now

    package init() {}

    package func now() -> Moment {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Moment(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }

    package func monotonicMilliseconds() -> Int64 {
        let (seconds, attoseconds) = (ContinuousClock.now - origin).components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }

    package func sleep(milliseconds: Int64) async {
        try? await Task.sleep(for: .milliseconds(milliseconds))
    }
}
