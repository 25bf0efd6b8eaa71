import FailoverModel
import Glibc
import HandoverTestSupport
import Systems
import Testing

extension PostgresTests {
    @Suite struct Connections {
        @Test func `a server that never answers meets the deadline as unreachable`() async throws {
            let hole = try BlackHole()
            defer { hole.close() }
            let begin = ContinuousClock.now
            let fault = await fault { try await open(port: hole.port, limit: .milliseconds(600)) }
            #expect(fault?.kind == .unreachable && fault?.silence == .late)
            #expect(ContinuousClock.now - begin < .seconds(20))
        }

        @Test func `a closed port is unreachable, and a name that does not resolve too`() async throws {
            let hole = try BlackHole()
            hole.close()
            let fault = await fault { try await open(port: hole.port, limit: .seconds(2)) }
            #expect(fault?.kind == .unreachable && fault?.silence == nil)
            #expect(fault?.description.contains(TrioSecrets.handoverPassword) == false)
            let other = await self.fault { try await open("no-such-host.invalid", port: 5432, limit: .seconds(3)) }
            #expect(other?.kind == .unreachable)
        }

        @Test func `cancelling the task ends a wait for a connection at once`() async throws {
            let hole = try BlackHole()
            defer { hole.close() }
            let port = hole.port
            let waiting = Task { try await open(port: port, limit: .seconds(30)) }
            try await Task.sleep(for: .milliseconds(100))
            let begin = ContinuousClock.now
            waiting.cancel()
            await #expect(throws: Fault.self) { try await waiting.value }
            #expect(ContinuousClock.now - begin < .seconds(20))
        }

        @Test func `faults tell what the server said by its SQLSTATE, and never a password`() async throws {
            try await PostgresTrio.with { trio in
                let port = trio.port(of: "dc1")
                let wrong = await fault { try await open(port: port, password: "Wr0ng-sEcret") }
                #expect(wrong?.kind == .forbidden)
                #expect(wrong?.description.contains("Wr0ng") == false)
                #expect(await fault { try await open(port: port, database: "nowhere") }?.kind == .invalid)
                #expect(await fault { try await open(port: port, sslMode: "require") }?.kind == .forbidden)
                let connection = try await open(port: port)
                let rows = try await connection.query(
                    "SELECT $1::text AS a, $2::int + 1 AS b, NULL AS c", ["it's \\ \"", "41"])
                #expect(rows.rows == [["it's \\ \"", "42", nil]])
                #expect(await fault { try await connection.query("SELEC 1", effect: .changes) }?.kind == .rejected)
                #expect(
                    await fault { try await connection.query("SELECT pg_stat_reset()", effect: .changes) }?.kind
                        == .forbidden)
                let secret = Secret("pass'word-99")
                let leak = await fault {
                    try await connection.query(
                        "SELECT 'pass''word-99 pass'::int, $1::int", [secret.reveal()], effect: .changes,
                        secrets: [secret])
                }
                #expect(leak?.description.contains("word-99") == false, "\(String(describing: leak))")
                try await cancels(connection, trio)
                try await frozen(trio)
                try await lostConnection(trio)
                try await limits(trio)
            }
        }

        private func cancels(_ connection: PostgresConnection, _ trio: PostgresTrio) async throws {
            let sleepers =
                "SELECT count(*) = 0 FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active'"
            let begin = ContinuousClock.now
            let late = await fault {
                try await connection.query("SELECT pg_sleep(60)", effect: .changes, within: .milliseconds(300))
            }
            #expect(late?.kind == .uncertain)
            #expect(ContinuousClock.now - begin < .seconds(20))
            try await trio.wait(at: "dc1", for: sleepers, seconds: 20)
            let port = trio.port(of: "dc1")
            let running = Task {
                let connection = try await open(port: port)
                try await connection.query("SELECT pg_sleep(60)", effect: .reads, within: .seconds(50))
            }
            try await trio.wait(at: "dc1", for: sleepers.replacing("= 0", with: "= 1"))
            running.cancel()
            let result = await running.result
            #expect(throws: Fault.self) { try result.get() }
            try await trio.wait(at: "dc1", for: sleepers, seconds: 20)
        }

        /// A server that takes the cancel request and does nothing about it does not hold us up either.
        private func frozen(_ trio: PostgresTrio) async throws {
            let connection = try await open(port: trio.port(of: "dc1"))
            let row = try await connection.query("SELECT pg_backend_pid() AS pid").one()
            let process = try #require(row.integer("pid").map { Int32($0) })
            kill(process, SIGSTOP)
            defer { kill(process, SIGCONT) }
            let begin = ContinuousClock.now
            let late = await fault { try await connection.query("SELECT 1", within: .milliseconds(300)) }
            #expect(late?.kind == .unreachable)
            #expect(ContinuousClock.now - begin < .seconds(20))
            let closed = await fault { try await connection.query("SELECT 1", effect: .changes) }
            #expect(closed?.kind == .unreachable, "after that nothing is sent on it any more")
        }

        private func lostConnection(_ trio: PostgresTrio) async throws {
            let connection = try await open(port: trio.port(of: "dc1"))
            let running = Task {
                await fault {
                    try await connection.query("SELECT pg_sleep(60)", effect: .changes, within: .seconds(20))
                }
            }
            try await trio.wait(
                at: "dc1",
                for:
                    "SELECT count(*) = 1 FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active'"
            )
            try await trio.stop("dc1")
            #expect(await running.value?.kind == .uncertain)
            #expect(await fault { try await open(port: trio.port(of: "dc1")) }?.kind == .unreachable)
        }

        /// A standby reports too many connections as out of resources.
        private func limits(_ trio: PostgresTrio) async throws {
            try await trio.sql("dc2", "SELECT 1")
            var open: [PostgresConnection] = []
            var refused: Fault?
            for _ in 0..<50 where refused == nil {
                do throws(Fault) { open.append(try await self.open(port: trio.port(of: "dc2"))) } catch {
                    refused = error
                }
            }
            #expect(refused?.kind == .unavailable)
            for connection in open { connection.close() }
        }

        private func open(
            _ host: String = "127.0.0.1", port: Int, password: String = TrioSecrets.handoverPassword,
            database: String = "postgres",
            sslMode: String? = nil, limit: Duration = .seconds(5)
        ) async throws(Fault) -> PostgresConnection {
            try await PostgresConnection.open(
                PostgresConnectionSettings(
                    host: host, port: port, user: "handover", database: database, password: Secret(password),
                    sslMode: sslMode,
                    applicationName: "handover/r1", place: "dc1/main", connectLimit: limit),
                cancelLimit: .milliseconds(500))
        }

        private func fault(_ body: () async throws -> Any) async -> Fault? {
            do { _ = try await body() } catch { return error as? Fault }
            return nil
        }
    }
}

/// A listening socket on 127.0.0.1 that accepts nothing and never answers.
private struct BlackHole {
    private let descriptor: Int32
    let port: Int

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let isOpen = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 8) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        try #require(isOpen)
        port = Int(UInt16(bigEndian: address.sin_port))
    }

    func close() { _ = Glibc.close(descriptor) }
}
