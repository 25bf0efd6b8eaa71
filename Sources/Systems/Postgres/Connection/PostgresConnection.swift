import Dispatch
package import FailoverModel
import Synchronization

/// A connection to one PostgreSQL server in which every call has a deadline and none blocks a cooperative thread.
///
/// All libpq calls, name resolution included, run on a dispatch queue of the connection's own. A call that meets its
/// deadline, or whose task is cancelled, asks the server to cancel the statement and closes the connection.
///
/// `@unchecked Sendable`: `session` is touched only on `queue`; the other fields are immutable and Sendable.
package final class PostgresConnection: @unchecked Sendable {
    private let queue = DispatchQueue(label: "handover.postgres")
    private let session: LibPQSession
    private let wake = WakeSignal()
    private let settings: PostgresConnectionSettings
    private let cancelLimit: Duration

    private init(_ settings: PostgresConnectionSettings, cancelLimit: Duration) {
        self.settings = settings
        self.cancelLimit = cancelLimit
        session = LibPQSession(settings, wake: wake, cancelLimit: cancelLimit)
    }

    deinit { close() }

    /// Opens a connection, or throws: `.unreachable` (nothing was sent), `.forbidden` (credentials, pg_hba, TLS),
    /// `.throttled` (starting up), `.unavailable` (no connection slots), `.invalid` (no such database).
    package static func open(
        _ settings: PostgresConnectionSettings, cancelLimit: Duration = .seconds(2)
    ) async throws(Fault) -> PostgresConnection {
        let connection = PostgresConnection(settings, cancelLimit: cancelLimit)
        let limit = settings.connectLimit
        let late = Fault(
            .unreachable, "no connection within \(limit)", at: settings.place,
            next: "Check that the host name resolves and that the server answers", silence: .late)
        try await connection.onQueue(within: limit + .milliseconds(500), late: late) { session throws(Fault) in
            try session.connect(until: .now + limit)
        }
        return connection
    }

    /// The server's version number: 150020.
    package func serverVersion() async throws(Fault) -> Int64 {
        try await onQueue(within: .seconds(5), late: busy()) { session throws(Fault) in session.serverVersion }
    }

    /// Runs one statement. Parameters are `$1`, `$2`, …; `nil` is NULL. `secrets` are kept out of error texts.
    @discardableResult
    package func query(
        _ text: String, _ parameters: [String?] = [], effect: StatementEffect = .reads,
        within limit: Duration = .seconds(10), secrets: [Secret] = []
    ) async throws(Fault) -> PostgresRows {
        let statement = LibPQSession.Statement(
            text: text, parameters: parameters, effect: effect, limit: limit, secrets: secrets)
        let late = PostgresFaults(place: settings.place, secrets: secrets)
            .timedOut(after: limit, effect: effect, isCancelled: false)
        // The session keeps the limit itself; this one only catches a queue that is stuck.
        let bound = limit + cancelLimit + cancelLimit + .seconds(1)
        return try await onQueue(within: bound, late: late) { session throws(Fault) in
            try session.run(statement, until: .now + limit)
        }
    }

    /// Closes at once as seen from here; the farewell is sent in the background.
    package func close() {
        queue.async { [session] in session.finish() }
    }

    private func busy() -> Fault {
        Fault(
            .unreachable, "the connection does not answer", at: settings.place, next: "Connect again", silence: .late)
    }

    private func onQueue<Value: Sendable>(
        within bound: Duration, late: Fault, _ work: @escaping @Sendable (LibPQSession) throws(Fault) -> Value
    ) async throws(Fault) -> Value {
        let result: Result<Value, Fault> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer = FirstAnswer(continuation)
                let timer = BoundTimer(after: bound) { answer.give(.failure(late)) }
                queue.async { [session] in
                    do throws(Fault) {
                        answer.give(.success(try work(session)))
                    } catch {
                        answer.give(.failure(error))
                    }
                    timer.cancel()
                }
            }
        } onCancel: {
            wake.fire()
        }
        return try result.get()
    }
}

/// `@unchecked Sendable`: a dispatch source may be cancelled from any thread, and nothing else is done with it.
private final class BoundTimer: @unchecked Sendable {
    private let source = DispatchSource.makeTimerSource(queue: .global())

    init(after bound: Duration, _ action: @escaping @Sendable () -> Void) {
        source.setEventHandler(handler: action)
        source.schedule(deadline: .now() + .milliseconds(Int(bound.wholeMilliseconds)))
        source.activate()
    }

    func cancel() { source.cancel() }
}

/// Resumes a continuation with whichever answer comes first.
private final class FirstAnswer<Value: Sendable>: Sendable {
    private let continuation: Mutex<CheckedContinuation<Result<Value, Fault>, Never>?>

    init(_ continuation: CheckedContinuation<Result<Value, Fault>, Never>) {
        self.continuation = Mutex(continuation)
    }

    func give(_ result: Result<Value, Fault>) {
        let waiting = continuation.withLock { slot in
            defer { slot = nil }
            return slot
        }
        waiting?.resume(returning: result)
    }
}
