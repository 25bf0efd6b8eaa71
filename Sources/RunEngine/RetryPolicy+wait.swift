package import FailoverModel

extension RetryPolicy {
    /// How long to wait after the n-th failure (from 1): doubled each time, capped, then 50 to 100 % of it by `jitter`
    /// (0 to 1), but never less than what the system asked for.
    package func waitMilliseconds(afterFailure number: Int64, jitter: Double, asked: Int64?) -> Int64 {
        let doublings = min(max(0, number - 1), 30)
        let (product, overflow) = firstMilliseconds.multipliedReportingOverflow(by: 1 << doublings)
        let full = overflow ? mostMilliseconds : min(mostMilliseconds, product)
        return max(asked ?? 0, full / 2 + Int64(Double(full - full / 2) * min(max(jitter, 0), 1)))
    }
}
