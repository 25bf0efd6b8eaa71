import FailoverModel
import Foundation
import Systems

@testable import Rehearsal

/// Asks every server again and again, without the code under test, whether it takes writes, and remembers where two did at once.
///
/// Samples come one after the other. Two sites took writes at once where one did before and after the other was seen to.
actor WriteSampler {
    private let servers: [PostgresSite]
    private var sessions: [String: PostgresConnection] = [:]
    private var samples: [(site: String, isWritable: Bool)] = []
    private var isJudging = true
    private(set) var violations: [String] = []
    private(set) var count = 0

    init(_ servers: [PostgresSite]) { self.servers = servers }

    /// Until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            for server in servers {
                await sample(server)
                try? await Task.sleep(for: .milliseconds(5))
            }
        }
        for session in sessions.values { session.close() }
    }

    /// A site that a person starts again as the primary it was takes writes until it is settled; no tool can prevent that.
    func judge(_ isJudging: Bool) {
        self.isJudging = isJudging
        samples = []
    }

    private func sample(_ server: PostgresSite) async {
        let isWritable = await isWritable(server)
        count += 1
        guard isJudging else { return }
        if isWritable, let last = samples.lastIndex(where: { $0.site == server.name }), samples[last].isWritable {
            for other in samples[last...] where other.site != server.name && other.isWritable {
                violations.append("\(server.name) and \(other.site) at \(Date.now)")
            }
        }
        samples.append((server.name, isWritable))
        if samples.count > 30 { samples.removeFirst(15) }
    }

    private func isWritable(_ server: PostgresSite) async -> Bool {
        do {
            let session: PostgresConnection
            if let known = sessions[server.name] {
                session = known
            } else {
                session = try await server.connect(
                    as: "handover", database: "postgres", limit: .milliseconds(500), applicationName: "sampler")
                sessions[server.name] = session
            }
            return try await session.query(Self.question, within: .milliseconds(500)).one().flag("is_writable")
        } catch {
            sessions.removeValue(forKey: server.name)?.close()
            return false
        }
    }

    private static let question = """
        SELECT NOT pg_is_in_recovery() AND NOT (current_setting('default_transaction_read_only')::boolean
            AND current_setting('synchronous_standby_names') LIKE '%handover-fence%') AS is_writable
        """
}
