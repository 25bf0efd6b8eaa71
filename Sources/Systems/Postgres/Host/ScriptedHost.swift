import FailoverModel
import Foundation

/// A host that a script for `sh` can be run on: this machine, one behind `ssh`, or one that programs of the topology lead to.
///
/// Whatever is done there is a script that goes over standard input. So nothing of ours passes through the words of `ssh`,
/// which a shell on the far side would take apart again, and no password is ever in an argument.
struct ScriptedHost: DatabaseServerHost {
    let host: DatabaseHost
    let place: String
    let environment: [String: String]
    /// Those that stop and start the server, where the scripts do not.
    var programs: DatabaseHost.Programs?
    /// Values that are taken out of what programs write.
    var secrets: [String] = []

    func look(counting stretch: LogStretch?) async throws(Fault) -> HostSight {
        let mark = UUID().uuidString
        let ended = try await run(
            HostScripts.look(host, counting: stretch, mark: mark), seconds: HostLimits.lookSeconds)
        if ended.status != 0 {
            throw Fault(
                .rejected, "looking ended with \(ended.status ?? -1): \(ended.sentence)", at: place,
                next: "Try \(words.joined(separator: " ")) by hand as this user; it must not ask anything")
        }
        guard var sight = HostSight(ended.output, mark: mark) else {
            throw Fault(
                .invalid, "the answer is not what our script prints: \(ended.output.suffix(200).onOneLine())",
                at: place,
                next: "Check that \(words.joined(separator: " ")) runs on the database's host what it gets on standard "
                    + "input, and gives back what that writes")
        }
        if programs != nil { sight.isRunning = try await isRunning() }
        return sight
    }

    func confirm(
        _ connection: PostgresConnection, hasIdentifier identifier: String?, within limit: Duration
    ) async throws(Fault) {
        let seen = try await look()
        guard seen.isRunning, seen.control?.systemIdentifier == identifier else {
            throw Fault(
                .refused, "the data directory \(host.data) is not that of the server that answers", at: place,
                next: "Correct \"databaseHost\" in the topology")
        }
    }

    func stop() async throws(Fault) {
        guard let programs else {
            return try await change(
                HostScripts.stop(host), seconds: Int64(HostLimits.stopSeconds) + 30, "stopping the server")
        }
        try await call("stop", programs.stop, seconds: Int64(HostLimits.stopSeconds) + 30)
        guard try await isRunning() else { return }
        throw Fault(
            .rejected, "\"stop\" ended with 0, and by \"status\" the server still runs", at: place,
            next: "Run \(programs.stop.joined(separator: " ")) by hand: it must end when the server has stopped")
    }

    func start() async throws(Fault) {
        let seconds = Int64(HostLimits.startSeconds) + 30
        guard let programs else {
            return try await change(HostScripts.start(host), seconds: seconds, "starting the server")
        }
        try await call("start", programs.start, seconds: seconds)
    }

    func markAsStandby() async throws(Fault) {
        try await change(HostScripts.markAsStandby(host), seconds: 30, "writing standby.signal")
    }

    func unmarkAsStandby() async throws(Fault) {
        try await change(HostScripts.unmarkAsStandby(host), seconds: 30, "removing standby.signal")
    }

    func begin(_ task: RejoinTask) async throws(Fault) {
        try await change(
            HostScripts.begin(task, on: host), secrets: task.secrets.map { $0.reveal() }, seconds: 60,
            "beginning the task")
    }

    // MARK: Scripts

    private var words: [String] { programs?.run ?? (host.program + ["sh", "-s"]) }

    /// The far side's words, and what it means that there are some.
    private func change(
        _ script: String, secrets: [String] = [], seconds: Int64, _ what: String
    ) async throws(Fault) {
        let ended = try await run(script, secrets: secrets, seconds: seconds, changes: true)
        guard let status = ended.status, status != 0 else { return }
        throw Fault(
            .rejected, "\(what) failed (\(status)): \(ended.sentence)", at: place,
            next: status == 75
                ? "Wait for its end, then resume" : "See the server's log (\(host.logPlace)), then resume")
    }

    private func run(
        _ script: String, secrets: [String] = [], seconds: Int64, changes: Bool = false
    ) async throws(Fault) -> ProgramCall.Ended {
        var program = HostProgram(words: words, environment: environment, place: place, seconds: seconds)
        program.secrets = self.secrets + secrets
        guard programs != nil else { return try await program.run(input: script, changes: changes) }
        let mark = "handover-ended=\(UUID().uuidString)="
        // The shell reads to the closing parenthesis before it does anything, so half a script does nothing.
        let input = "(\n\(script)\n)\nprintf '\\n%s%s\\n' '\(mark)' \"$?\"\n"
        program.place = "\(place), run"
        var ended = try await program.run(input: input, changes: changes)
        guard let line = ended.output.split(whereSeparator: \.isNewline).last(where: { $0.contains(mark) }),
            let status = line.components(separatedBy: mark).last.flatMap({ Int32($0.prefix { $0.isNumber }) })
        else { throw cutShort(ended, changes: changes) }
        ended.status = status
        // What the program says behind the script is not the script's own.
        let said = [ended.errors, String(ended.output.prefix(upTo: line.startIndex))].lazy.compactMap { text in
            text.split(whereSeparator: \.isNewline).last { !$0.allSatisfy(\.isWhitespace) }
        }
        ended.sentence = said.first?.onOneLine() ?? ""
        return ended
    }

    private func cutShort(_ ended: ProgramCall.Ended, changes: Bool) -> Fault {
        let next = "Its output must be what the script writes, to the end; see by hand, then resume"
        if ended.status != 0 { return ended.failure(at: "\(place), run", changes: changes, next: next) }
        let said = ended.sentence.isEmpty ? "" : ": \(ended.sentence)"
        return Fault(
            changes ? .uncertain : .invalid,
            "it ended with 0 and did not give back the end of the script's output\(said)",
            at: "\(place), run", next: next)
    }

    // MARK: Programs of the topology

    private func isRunning() async throws(Fault) -> Bool {
        guard let programs else { return false }
        let program = HostProgram(
            words: programs.status, environment: environment, place: "\(place), status", seconds: 30, secrets: secrets,
            keptBytes: 4096)
        let ended = try await program.run()
        switch ended.status {
        case 0: return true
        case 3: return false
        default:
            throw ended.failure(
                at: "\(place), status", changes: false,
                next: "It ends with 0 where the server runs, and with 3 where not")
        }
    }

    private func call(_ part: String, _ words: [String], seconds: Int64) async throws(Fault) {
        let program = HostProgram(
            words: words, environment: environment, place: "\(place), \(part)", seconds: seconds, secrets: secrets,
            keptBytes: 4096)
        let ended = try await program.run(changes: true)
        if ended.status != 0 {
            throw ended.failure(
                at: "\(place), \(part)", changes: true, next: "Run it by hand to see more, then resume")
        }
    }
}
