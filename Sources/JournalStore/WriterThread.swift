import Dispatch

/// An executor on a dispatch queue of its own: SQLite blocks, and a blocked cooperative thread would hold up everything else.
final class WriterThread: SerialExecutor {
    private let queue = DispatchQueue(label: "journal writer", qos: .userInitiated)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
