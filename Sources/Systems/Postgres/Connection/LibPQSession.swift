import CLibPQ
import Dispatch
import FailoverModel
import Glibc

/// One libpq connection in non-blocking mode, driven by `poll` with a deadline.
///
/// It may keep its thread for as long as the deadline says, which is why it never runs on a cooperative thread.
///
/// `@unchecked Sendable`: not thread-safe in itself; `PostgresConnection` owns the only reference that is used, and uses it
/// on one serial dispatch queue. The last reference is dropped when no work is queued any more.
final class LibPQSession: @unchecked Sendable {
    private let settings: PostgresConnectionSettings
    private let wake: WakeSignal
    private let cancelLimit: Duration
    private var connection: OpaquePointer?

    init(_ settings: PostgresConnectionSettings, wake: WakeSignal, cancelLimit: Duration) {
        self.settings = settings
        self.wake = wake
        self.cancelLimit = cancelLimit
    }

    deinit { finish() }

    /// The server's version as libpq gives it: 150020.
    var serverVersion: Int64 { connection.map { Int64(PQserverVersion($0)) } ?? 0 }
    var isOpen: Bool { connection.map { PQstatus($0) == CONNECTION_OK } ?? false }

    func finish() {
        if let connection { PQfinish(connection) }
        connection = nil
    }

    func connect(until deadline: ContinuousClock.Instant) throws(Fault) {
        let faults = faults([])
        guard let started = Self.start(settings.keywords) else {
            throw Fault(.unavailable, "libpq has no memory", at: settings.place, next: "Free memory on this machine")
        }
        connection = started
        do throws(Fault) {
            if PQstatus(started) == CONNECTION_BAD { throw faults.connecting(message(of: started)) }
            // Verbose, because the SQLSTATE of a refused connection is nowhere but in the text.
            PQsetErrorVerbosity(started, PQERRORS_VERBOSE)
            try finishHandshake(started, until: deadline, faults)
        } catch {
            finish()
            throw error
        }
        PQsetnonblocking(started, 1)
        PQsetNoticeProcessor(started, { _, _ in }, nil)
    }

    private func finishHandshake(
        _ connection: OpaquePointer, until deadline: ContinuousClock.Instant, _ faults: PostgresFaults
    ) throws(Fault) {
        var wanted = PGRES_POLLING_WRITING
        while true {
            switch wait(for: wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT, on: connection, until: deadline) {
            case .ready: break
            case .late:
                throw Fault(
                    .unreachable, "no connection within \(settings.connectLimit)", at: settings.place,
                    next: "Check that the server answers and that no firewall drops packets to it", silence: .late)
            case .cancelled:
                throw Fault(
                    .unreachable, "connecting was cancelled", at: settings.place, next: "Nothing was done; try again")
            }
            wanted = PQconnectPoll(connection)
            if wanted == PGRES_POLLING_OK { return }
            if wanted == PGRES_POLLING_FAILED { throw faults.connecting(message(of: connection)) }
        }
    }

    /// Sends one statement and reads its rows. Replication sessions know no parameters.
    func run(_ statement: Statement, until deadline: ContinuousClock.Instant) throws(Fault) -> PostgresRows {
        let faults = faults(statement.secrets)
        guard let connection, PQstatus(connection) == CONNECTION_OK else {
            throw Fault(
                .unreachable, "the connection is closed", at: settings.place, next: "Nothing was sent; connect again")
        }
        guard send(statement, on: connection) else {
            throw faults.lost(message(of: connection), effect: statement.effect)
        }
        switch try collect(statement, on: connection, until: deadline, faults) {
        case .rows(let rows): return rows
        case .late: return try giveUp(statement, on: connection, isCancelled: false, faults)
        case .cancelled: return try giveUp(statement, on: connection, isCancelled: true, faults)
        }
    }

    struct Statement: Sendable {
        var text: String
        var parameters: [String?]
        var effect: StatementEffect
        var limit: Duration
        var secrets: [Secret]
    }

    private func send(_ statement: Statement, on connection: OpaquePointer) -> Bool {
        if settings.mode != .sql { return PQsendQuery(connection, statement.text) == 1 }
        return withCStrings(statement.parameters) { values in
            PQsendQueryParams(connection, statement.text, Int32(values.count), nil, values, nil, nil, 0) == 1
        }
    }

    /// Waits until a result is there to be taken without blocking (also where the connection broke).
    private func receive(on connection: OpaquePointer, until deadline: ContinuousClock.Instant) -> Readiness {
        var unsent = PQflush(connection)
        while unsent == 1 || PQisBusy(connection) == 1 {
            switch wait(for: unsent == 1 ? POLLIN | POLLOUT : POLLIN, on: connection, until: deadline) {
            case .ready: break
            case .late: return .late
            case .cancelled: return .cancelled
            }
            if PQconsumeInput(connection) == 0 { return .ready }
            if unsent == 1 { unsent = PQflush(connection) }
        }
        return .ready
    }

    private enum Collected {
        case rows(PostgresRows)
        case late
        case cancelled
    }

    /// Takes every result until libpq has no more, waiting before each, because `PQgetResult` would block; only one of
    /// them carries rows or an error.
    private func collect(
        _ statement: Statement, on connection: OpaquePointer, until deadline: ContinuousClock.Instant,
        _ faults: PostgresFaults
    ) throws(Fault) -> Collected {
        var rows = PostgresRows(columns: [], rows: [], place: settings.place)
        var fault: Fault?
        while true {
            switch receive(on: connection, until: deadline) {
            case .ready: break
            case .late: return .late
            case .cancelled: return .cancelled
            }
            guard let result = PQgetResult(connection) else { break }
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_TUPLES_OK: rows = read(result)
            case PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: break
            case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
                finish()
                throw Fault(
                    .invalid, "the server began a COPY that nobody asked for", at: settings.place,
                    next: "Check which server answers at this address")
            default: fault = fault ?? self.fault(of: result, statement, on: connection, faults)
            }
            if PQstatus(connection) == CONNECTION_BAD { break }
        }
        if let fault { throw fault }
        if PQstatus(connection) == CONNECTION_BAD {
            throw faults.lost(message(of: connection), effect: statement.effect)
        }
        return .rows(rows)
    }

    private func fault(
        of result: OpaquePointer, _ statement: Statement, on connection: OpaquePointer, _ faults: PostgresFaults
    ) -> Fault {
        let state = PQresultErrorField(result, Self.sqlStateField).map { String(cString: $0) }
        let text = PQresultErrorField(result, Self.primaryMessageField).map { String(cString: $0) }
        guard let state, let text else { return faults.lost(message(of: connection), effect: statement.effect) }
        return faults.statement(text, state: state, effect: statement.effect)
    }

    private func read(_ result: OpaquePointer) -> PostgresRows {
        let columns = (0..<PQnfields(result)).map { PQfname(result, $0).map { String(cString: $0) } ?? "" }
        let rows = (0..<PQntuples(result)).map { row in
            columns.indices.map { column -> String? in
                PQgetisnull(result, row, Int32(column)) == 1
                    ? nil : PQgetvalue(result, row, Int32(column)).map { String(cString: $0) }
            }
        }
        return PostgresRows(columns: columns, rows: rows, place: settings.place)
    }

    /// Asks the server to stop the statement, gives it a moment to answer, and closes the session in any case.
    /// A statement that finished in that moment counts: its rows are returned.
    private func giveUp(
        _ statement: Statement, on connection: OpaquePointer, isCancelled: Bool, _ faults: PostgresFaults
    ) throws(Fault) -> PostgresRows {
        defer { finish() }
        cancel(connection)
        let grace = ContinuousClock.now + cancelLimit
        if !isCancelled, case .rows(let rows)? = try? collect(statement, on: connection, until: grace, faults) {
            return rows
        }
        throw faults.timedOut(after: statement.limit, effect: statement.effect, isCancelled: isCancelled)
    }

    /// PQcancel blocks, so it has a thread of its own and we wait for it only so long. Against a server that accepts
    /// connections and never answers the thread stays until TCP gives up; it holds nothing but its own request.
    private func cancel(_ connection: OpaquePointer) {
        guard let request = PQgetCancel(connection) else { return }
        let box = CancelRequest(pointer: request)
        let isSent = DispatchSemaphore(value: 0)
        DispatchQueue.global().async {
            box.send()
            isSent.signal()
        }
        _ = isSent.wait(timeout: .now() + .milliseconds(Int(cancelLimit.wholeMilliseconds)))
    }

    private enum Readiness { case ready, late, cancelled }

    private func wait(
        for events: Int32, on connection: OpaquePointer, until deadline: ContinuousClock.Instant
    ) -> Readiness {
        while true {
            let left = ContinuousClock.now.duration(to: deadline)
            if left <= .zero { return .late }
            var polled = [
                pollfd(fd: PQsocket(connection), events: Int16(truncatingIfNeeded: events), revents: 0),
                pollfd(fd: wake.descriptor, events: Int16(truncatingIfNeeded: POLLIN), revents: 0),
            ]
            let count = poll(&polled, nfds_t(polled.count), Int32(clamping: left.wholeMilliseconds))
            if count < 0, errno != EINTR { return .late }
            if count > 0, polled[1].revents != 0 { return .cancelled }
            if count > 0, polled[0].revents != 0 { return .ready }
        }
    }

    private func message(of connection: OpaquePointer) -> String {
        PQerrorMessage(connection).map { String(cString: $0) } ?? "no reason given"
    }

    private func faults(_ secrets: [Secret]) -> PostgresFaults {
        PostgresFaults(place: settings.place, secrets: secrets + (settings.password.map { [$0] } ?? []))
    }

    private static func start(_ pairs: [(name: String, value: String)]) -> OpaquePointer? {
        withCStrings(pairs.map(\.name)) { names in
            withCStrings(pairs.map(\.value)) { values in
                PQconnectStartParams(names + [nil], values + [nil], 0)
            }
        }
    }

    /// `PG_DIAG_SQLSTATE` and `PG_DIAG_MESSAGE_PRIMARY` of libpq's postgres_ext.h, which are character macros.
    private static let sqlStateField = Int32(UInt8(ascii: "C"))
    private static let primaryMessageField = Int32(UInt8(ascii: "M"))
}
