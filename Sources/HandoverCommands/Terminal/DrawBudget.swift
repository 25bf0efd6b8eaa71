/// When the next picture may be sent, so that a slow line is never behind: few times a second, few bytes on average, and
/// less where the terminal takes its time. Pure.
struct DrawBudget {
    /// A line of 19,200 bits a second keeps up with this.
    static let bytesPerSecond: Int64 = 2000
    static let leastMilliseconds: Int64 = 200
    static let mostMilliseconds: Int64 = 5000
    private var notBefore = Int64.min

    /// Times are in milliseconds of a clock that does not jump.
    func mayDraw(at now: Int64) -> Bool { now >= notBefore }

    /// `took`: how long it was until the terminal had taken them.
    mutating func drew(bytes: Int, at now: Int64, took: Int64) {
        let pause = max(Self.leastMilliseconds, Int64(bytes) * 1000 / Self.bytesPerSecond, took * 4)
        notBefore = now + min(pause, Self.mostMilliseconds)
    }
}
