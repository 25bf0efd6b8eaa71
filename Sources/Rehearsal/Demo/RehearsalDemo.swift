import FailoverModel
import Foundation
import Glibc
import Systems

/// `make demo`: a failover on a rehearsal that is killed in the middle of promote and resumed, and the way home, with a writer
/// at work all the time.
package struct RehearsalDemo: Sendable {
    private let stage: RehearsalStage
    private let program: HandoverProgram
    private let runbook: String
    private let journal: String
    private let from = "dc1"
    private let to = "dc2"

    /// - Parameters:
    ///   - executable: the `handover` to demonstrate; it also runs the rehearsal's processes.
    ///   - directory: gets the rehearsal and `journal.sqlite`; what an earlier demo left there is removed first.
    package init(executable: String, directory: String, runbook: String) {
        stage = RehearsalStage(directory: directory)
        journal = "\(stage.directory)/journal.sqlite"
        program = HandoverProgram(
            executable: executable, journal: journal, topology: stage.topologyPath,
            scratch: "\(stage.files.logs)/demo.log")
        self.runbook = runbook
    }

    /// Plays it and prints what it does; the last line is `DEMO OK …` or `DEMO FAILED why`. Returns the exit code.
    /// The servers, the journal and the logs stay for a look.
    package func run() async -> Int32 {
        let start = ContinuousClock.now
        do {
            let result = try await cancellingOnInterrupt { try await play() }
            DemoVoice.say("whole demo: \(Self.seconds(start.duration(to: .now)))")
            sayHowToGoOn()
            DemoVoice.say(
                "DEMO OK service=\(from) lost=\(result.lost) recovery=\(Self.seconds(result.recovery))")
            return 0
        } catch {
            sayHowToGoOn()
            DemoVoice.say("DEMO FAILED \(error is CancellationError ? "interrupted" : "\(error)")")
            return 1
        }
    }

    private struct Result: Sendable {
        var lost: Int
        var recovery: Duration
    }

    private func play() async throws -> Result {
        try await prepare()
        DemoVoice.say("\(from) fails: every process there is killed")
        let broken = Moment.now
        try await stage.breakSite(from)
        async let served = firstService(after: broken)
        try await killInPromote()
        DemoVoice.say("handover run was killed (SIGKILL) right after pg_promote was sent to \(to)")
        let code = try await program.run(["resume", "--yes", "--actor", "demo"])
        guard code == 0 else { throw failure("handover resume ended with exit code \(code)") }
        let recovery = try await max(served, firstWrite(after: broken))
        DemoVoice.say("\(to) serves and takes writes again")
        try await waitUntilFollowing()
        try await tell()
        try await goHome()
        return Result(lost: try await count(), recovery: .milliseconds(recovery.milliseconds(since: broken)))
    }

    /// dc1 is back: what it missed is done there, it becomes a standby, and takes over again.
    private func goHome() async throws {
        DemoVoice.say("\(from) comes back, as the primary that it was")
        try await stage.healSite(from)
        try await succeed(["settle", from, "--yes", "--actor", "demo"])
        try await succeed(["rollback", "--runbook", wayHome, "--yes", "--actor", "demo"])
        let port = try stage.files.requireRecord().site(named: from).ports.ingressForTool
        _ = try await first("\(from)'s ingress does not answer 200") {
            await LoopbackHTTP.get("/_matrix/client/versions", port: port)?.status == 200 ? Moment.now : nil
        }
        _ = try await first("the other sites do not follow \(from)") {
            let sites = try await stage.status().sites
            return sites.contains { $0.name == from && $0.role == "primary" && $0.streaming == 2 } ? Moment.now : nil
        }
        let count = stage.acknowledgements().count
        _ = try await first("the writer does not get through to \(from)") {
            let rows = stage.acknowledgements()
            return rows.count > count && rows.last?.site == from ? Moment.now : nil
        }
        DemoVoice.say("\(from) serves and takes writes again, and the other sites stream from it")
        try await succeed(["status"])
    }

    private func succeed(_ arguments: [String]) async throws {
        let code = try await program.run(arguments)
        guard code == 0 else { throw failure("handover \(arguments[0]) ended with exit code \(code)") }
    }

    /// Lies beside the runbook of the failover.
    private var wayHome: String {
        let folder = runbook.lastIndex(of: "/").map { runbook[...$0] } ?? ""
        return folder + "ess-failback.yaml"
    }

    private func prepare() async throws {
        try await stage.down()
        for suffix in ["", "-wal", "-shm", ".head"] { unlink(journal + suffix) }
        DemoVoice.say("starting three sites under \(stage.directory)")
        _ = try await stage.up(RehearsalPlan(executable: program.executable, programs: .found, hasFirewalls: true)) {
            DemoVoice.say("  \($0)")
        }
        DemoVoice.say("starting the writer: about 200 numbered rows a second, one transaction each")
        try stage.startWriter()
        try await Task.sleep(for: .seconds(3))
        let code = try await program.runBriefly(["check", "--from", from, "--to", to])
        guard code == 0 else { throw failure("handover check ended with exit code \(code)") }
        DemoVoice.say("\(stage.acknowledgements().count) rows are acknowledged")
    }

    private func killInPromote() async throws {
        let record = try stage.files.requireRecord()
        let watch = PromotionWatch(server: try PostgresSite(record.site(named: to), of: record, files: stage.files))
        let process = try program.start([
            "run", runbook, "--from", from, "--to", to, "--yes", "--actor", "demo",
        ])
        do {
            try await watch.waitUntilSent(by: process, within: .seconds(60))
        } catch {
            await Termination.killTrees([process])
            throw error
        }
        await Termination.kill([process])
    }

    /// When the new site's ingress first answered 200.
    private func firstService(after broken: Moment) async throws -> Moment {
        let port = try stage.files.requireRecord().site(named: to).ports.ingressForTool
        return try await first("\(to)'s ingress does not answer 200") {
            await LoopbackHTTP.get("/_matrix/client/versions", port: port)?.status == 200 ? Moment.now : nil
        }
    }

    /// When the writer was first told by the new site that a row is safe.
    private func firstWrite(after broken: Moment) async throws -> Moment {
        try await first("the writer does not get through to \(to)") {
            stage.acknowledgements().first { $0.site == to && $0.at > broken }?.at
        }
    }

    private func waitUntilFollowing() async throws {
        let others = try stage.files.requireRecord().siteNames.filter { $0 != from && $0 != to }
        _ = try await first("\(others.joined(separator: ", ")) does not follow \(to)") {
            let sites = try await stage.status().sites
            let isPrimary = sites.contains { $0.name == to && $0.role == "primary" && $0.streaming == 1 }
            return isPrimary ? Moment.now : nil
        }
        DemoVoice.say("\(others.joined(separator: ", ")) follows \(to)")
    }

    private func first(_ complaint: String, _ look: () async throws -> Moment?) async throws -> Moment {
        let deadline = ContinuousClock.now + .seconds(90)
        while true {
            if let found = try await look() { return found }
            guard ContinuousClock.now < deadline else { throw failure(complaint) }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    private func tell() async throws {
        let run = try await program.newestRun()
        for command in [["status"], ["timeline", run, "--format", "markdown"]] {
            let code = try await program.run(command, within: .seconds(20))
            guard code == 0 else { throw failure("handover \(command[0]) ended with exit code \(code)") }
        }
    }

    private func count() async throws -> Int {
        try await stage.stopWriter()
        let report = try await stage.writerReport()
        DemoVoice.say(
            "\(report.acknowledged) rows acknowledged, \(report.present) present on \(report.primary), "
                + "\(report.lost.count) lost, \(report.duplicated.count) duplicated")
        guard report.primary == from else { throw failure("\(report.primary) is the primary, not \(from)") }
        guard report.lost.isEmpty else { throw failure("acknowledged rows are lost: \(report.lost.prefix(10))") }
        guard report.duplicated.isEmpty else { throw failure("rows are there twice: \(report.duplicated.prefix(10))") }
        return report.lost.count
    }

    private func sayHowToGoOn() {
        DemoVoice.say("The sites are left as they are. Look: handover status --journal \(journal)")
        DemoVoice.say("Stop them: handover rehearsal down --directory \(stage.directory)")
    }

    private func failure(_ what: String) -> Fault {
        Fault(.invalid, what, at: "the demo", next: "See the lines above and \(stage.files.logs)")
    }

    /// `12.3s`
    private static func seconds(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let tenths = (seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 50) / 100
        return "\(tenths / 10).\(tenths % 10)s"
    }
}
