import FailoverModel
import Foundation

/// The way to the hosts of the database servers.
package struct DatabaseHosts: Sendable {
    let variable: @Sendable (String) -> String?

    /// `variable` gives the environment of Handover itself, of which `ssh` and the like get what they need.
    package init(
        variable: @escaping @Sendable (String) -> String? = { ProcessInfo.processInfo.environment[$0] }
    ) { self.variable = variable }

    /// `nil` where the topology does not say how the server's host is worked on.
    func host(of target: PostgresTarget) -> DatabaseServerHost? {
        guard let host = target.server.databaseHost else { return nil }
        var environment: [String: String] = [:]
        for name in ["PATH", "HOME", "USER", "TMPDIR", "SSH_AUTH_SOCK", "KUBECONFIG"] {
            environment[name] = variable(name)
        }
        return DatabaseServerHost(host: host, place: "\(target.place), its host", environment: environment)
    }

    func required(of target: PostgresTarget) throws(Fault) -> DatabaseServerHost {
        if let host = host(of: target) { return host }
        throw Fault(
            .invalid, "the topology does not say how its host is worked on, so the server cannot be stopped or rewound",
            at: target.place,
            next: "Add \"databaseHost: {driver: pg_ctl, …}\" to sites.\(target.site).postgres.\(target.server.cluster)")
    }
}

/// A database server's host: stops and starts the server, looks at its files, and changes them.
///
/// Whatever is done there is a script for `sh` that goes over standard input. So nothing of ours passes through the words of
/// `ssh`, which a shell on the far side would take apart again, and no password is ever in an argument.
struct DatabaseServerHost: Sendable {
    let host: DatabaseHost
    let place: String
    let environment: [String: String]

    /// How long a stop may take: the shutdown checkpoint of a large server, and sending all of the log to its standbys.
    static let stopSeconds = 600
    /// How long `pg_ctl start` waits. Not a limit of the start: it goes on, and the server is looked at.
    static let startSeconds = 60

    func look(past fork: (timeline: Int64, position: LogPosition)? = nil) async throws(Fault) -> HostSight {
        let output = try await run(HostScripts.look(host, past: fork), seconds: 120).output
        guard let sight = HostSight(output) else {
            throw Fault(
                .invalid, "the answer is not what our script prints: \(output.suffix(200).onOneLine())", at: place,
                next: "Check that \"program\" leads to a shell that can run sh -s on the database's host")
        }
        return sight
    }

    /// Stops the server fast and in good order: all of its log goes to its standbys first.
    func stop() async throws(Fault) {
        try await change(HostScripts.stop(host), seconds: Int64(Self.stopSeconds) + 30, "stopping the server")
    }

    func start() async throws(Fault) {
        try await change(HostScripts.start(host), seconds: Int64(Self.startSeconds) + 30, "starting the server")
    }

    /// From the next start on the server is a standby, whoever starts it.
    func markAsStandby() async throws(Fault) {
        try await change(HostScripts.markAsStandby(host), seconds: 30, "writing standby.signal")
    }

    /// From the next start on the server is a primary again. Only while it does not run.
    func unmarkAsStandby() async throws(Fault) {
        try await change(HostScripts.unmarkAsStandby(host), seconds: 30, "removing standby.signal")
    }

    /// Begins a task that goes on by itself on the far side, whatever becomes of Handover or of the connection.
    func begin(_ task: RejoinTask) async throws(Fault) {
        try await change(
            HostScripts.begin(task, on: host), secrets: task.secrets.map { $0.reveal() }, seconds: 60,
            "beginning the task")
    }

    /// The far side's words, and what it means that there are some.
    private func change(
        _ script: String, secrets: [String] = [], seconds: Int64, _ what: String
    ) async throws(Fault) {
        let ended = try await run(script, secrets: secrets, seconds: seconds, changes: true)
        guard let status = ended.status, status != 0 else { return }
        throw Fault(
            .rejected, "\(what) failed (\(status)): \(ended.sentence)", at: place,
            next: status == 75 ? "Wait for its end, then resume" : "See the server's log (\(host.log)), then resume")
    }

    private func run(
        _ script: String, secrets: [String] = [], seconds: Int64, changes: Bool = false
    ) async throws(Fault) -> ProgramCall.Ended {
        var program = HostProgram(
            words: host.program + ["sh", "-s"], environment: environment, place: place, seconds: seconds)
        program.secrets = secrets
        let ended = try await program.run(input: script, changes: changes)
        if ended.status != 0, !changes {
            throw Fault(
                .rejected, "looking ended with \(ended.status ?? -1): \(ended.sentence)", at: place,
                next: "Try \(host.program.joined(separator: " ")) sh -s by hand as this user; it must not ask anything")
        }
        return ended
    }
}
