import FailoverModel

/// Wall-clock time that does not jump: the wall clock when the executor began, plus what the monotonic clock says since.
/// Retries are planned in it, so that a clock set back an hour does not hold up a failover for an hour.
struct EngineTime: Sendable {
    private let clock: any EngineClock
    private let startedAt: Moment
    private let origin: Int64

    init(_ clock: any EngineClock) {
        self.clock = clock
        startedAt = clock.now()
        origin = clock.monotonicMilliseconds()
    }

    var now: Moment { startedAt.advanced(byMilliseconds: clock.monotonicMilliseconds() - origin) }
}
