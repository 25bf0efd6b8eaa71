import FailoverModel

/// The host of the database that a drill copies: a shell there, as the account of the server.
struct DrillHost: Sendable {
    let host: DatabaseHost
    let place: String
    let environment: [String: String]

    /// Only where a server is a process with files on a host: others have no folder beside theirs.
    init(of target: PostgresTarget, _ hosts: DatabaseHosts) throws(Fault) {
        let key = "sites.\(target.site).postgres.\(target.server.cluster)"
        guard let host = target.server.databaseHost else {
            throw Fault(
                .invalid, "the topology does not say how its host is worked on, so it cannot be copied there",
                at: target.place, next: "Add \"databaseHost: {driver: pg_ctl, …}\" to \(key)")
        }
        guard !host.isStartedFromOutside else {
            throw Fault(
                .invalid, "a drill copies databases by pg_ctl or pg_ctlcluster, and this one's host has another driver",
                at: target.place, next: "Remove \"drill\" from \(key)")
        }
        self.host = host
        place = "\(target.place), its host"
        environment = hosts.environment
    }

    /// Runs a script for `sh` over standard input, so that nothing of ours passes through the words of `ssh` and no password is
    /// in an argument. One that only looks has to end well.
    func run(
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
