import Dispatch

/// An executor on a queue of its own: what reads the journal and makes pages blocks, and must not hold up events.
final class RenderThread: SerialExecutor {
    private let queue = DispatchQueue(label: "status page", qos: .userInitiated)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
