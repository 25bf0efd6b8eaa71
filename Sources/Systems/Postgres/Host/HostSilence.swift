import FailoverModel

/// How long a host has given no answer while a task of ours goes on there by itself; a while of it ends nothing.
struct HostSilence {
    private let place: String
    private var since: ContinuousClock.Instant?

    init(of place: String) { self.place = place }

    mutating func isBroken() { since = nil }

    /// Throws what is no silence at once, and a silence when it has lasted for a minute.
    mutating func bear(_ fault: Fault) throws(Fault) {
        guard fault.kind == .unreachable else { throw fault }
        let since = since ?? .now
        self.since = since
        guard since.duration(to: .now) < .seconds(60) else {
            throw Fault(
                .uncertain, "the host is silent, and the task goes on there by itself (\(fault.what))", at: place,
                next: "Resume when the host answers: the task is found, at work or done")
        }
    }

    /// Waits before the next look.
    func pause(_ span: Duration) async throws(Fault) {
        do { try await Task.sleep(for: span) } catch {
            throw Fault(
                .uncertain, "the step was cancelled, and the task goes on by itself", at: place,
                next: "Resume: the task is found, at work or done")
        }
    }
}
