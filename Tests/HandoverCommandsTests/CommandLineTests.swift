import ArgumentParser
import FailoverModel
import Testing

@testable import HandoverCommands

@Suite("Every command line of the contract is understood")
struct CommandLineTests {
    @Test(arguments: [
        "PlanCommand: plan ess-failover --from dc1 --to dc2",
        "PlanCommand: plan runbooks/ess-failover.yaml --from dc1 --to dc2 --json",
        "RunCommand: run ess-failover --from dc1 --to dc2 --yes --actor anna",
        "RunCommand: run ess-failover --from dc1 --to dc2 --journal j.sqlite --topology t.yaml",
        "ResumeCommand: resume", "ResumeCommand: resume ess-failover-12 --yes --take-over",
        "RollbackCommand: rollback", "RollbackCommand: rollback ess-failover-12 --yes --take-over --reason why",
        "RollbackCommand: rollback --plan", "RollbackCommand: rollback ess-failover-12 --runbook back.yaml",
        "ResumeCommand: resume ess-failover-12 --forward --reason why", "SettleCommand: settle dc1 --serving dc2 --yes",
        "AbandonCommand: abandon ess-failover-12 --reason why", "SettleCommand: settle dc1",
        "ApproveCommand: approve ess-failover-12 promote --actor anna",
        "DenyCommand: deny ess-failover-12 promote --reason no",
        "SkipCommand: skip ess-failover-12 drop-slots --reason later",
        "DecideCommand: decide ess-failover-12 announce --as done",
        "DecideCommand: decide ess-failover-12 announce --as not-done",
        "NoteCommand: note ess-failover-12 text", "StatusCommand: status", "StatusCommand: status --at 118",
        "StatusCommand: status --at 2026-11-23T03:12:45Z --json", "StatusCommand: status --watch",
        "RunsCommand: runs --json", "ShowCommand: show ess-failover-12", "ShowCommand: show",
        "TimelineCommand: timeline ess-failover-12 --format markdown",
        "TimelineCommand: timeline ess-failover-12 --format json --output t.json",
        "TimelineCommand: timeline ess-failover-12 settle-dc1-88 --format html --zone Europe/Berlin",
        "TimelineCommand: timeline --format csv", "TimelineCommand: timeline --format trace",
        "TimelineCommand: timeline --format mermaid", "TimelineCommand: timeline --schema",
        "NoteCommand: note ess-failover-12 text --at 2026-11-23T03:12:45+01:00",
        "NoteCommand: note ess-failover-12 --import alerts.csv --source alertmanager", "DiffCommand: diff 118 164",
        "DiffCommand: diff 2026-11-23T03:12:45Z 2026-11-23T03:30:00Z --json",
        "NotifyCommand: notify", "NotifyCommand: notify --test --json",
        "JournalVerifyCommand: journal verify --json",
        "JournalExportCommand: journal export", "JournalImportCommand: journal import j.jsonl",
        "JournalRebuildCommand: journal rebuild",
        "RehearsalUpCommand: rehearsal up --directory d", "RehearsalBreakCommand: rehearsal break dc1",
        "RehearsalBreakCommand: rehearsal break dc1 --partition silent",
        "RehearsalHealCommand: rehearsal heal dc1", "RehearsalStatusCommand: rehearsal status --json",
        "RehearsalDownCommand: rehearsal down", "RehearsalSiteCommand: rehearsal site --site dc1",
        "RehearsalForwarderCommand: rehearsal forwarder --site dc1 --directory d",
        "RehearsalWriterCommand: rehearsal writer --directory d", "RehearsalDemoCommand: rehearsal demo",
    ])
    func `It is understood`(line: String) throws {
        let words = line.split(separator: " ").map(String.init)
        let name = words[0].dropLast()
        let command = try HandoverCommand.parseAsRoot(Array(words.dropFirst()))
        #expect("\(type(of: command))" == name)
        #expect(command is any Subcommand)
    }

    @Test(arguments: [
        "bogus", "run", "run x --from dc1", "skip r s", "decide r s --as maybe", "status --at yesterday",
        "status --watch --json", "status --watch --at 3", "note r", "journal verify --head 12",
        "timeline r --format word", "timeline r --zone Mars", "timeline r --format csv --json", "diff 1",
        "diff 1 soon --json", "rehearsal break dc1 --only postgres --partition silent", "runs --bogus",
        "abandon r", "rollback --plan --yes", "resume --reason why", "settle dc1 --serving dc1",
    ])
    func `Bad usage exits with 2 and says so on standard error only`(line: String) async throws {
        try await Bench.with { bench in
            let ended = await bench.call(line.split(separator: " ").map(String.init))
            #expect(ended.code == 2)
            if line.contains("--json") {
                #expect(ended.json["error"]?["exitCode"] == 2)
            } else {
                #expect(ended.output.isEmpty)
                #expect(ended.error.contains("Error:"))
            }
        }
    }

    @Test(arguments: [
        ["--help"], ["help", "run"], ["run", "--help"], ["journal"], ["rehearsal", "--help"], ["--version"],
        ["--generate-completion-script", "zsh"],
    ])
    func `Help, version and completions are results and exit with 0`(arguments: [String]) async throws {
        try await Bench.with { bench in
            let ended = await bench.call(arguments)
            #expect(ended.code == 0)
            #expect(ended.error.isEmpty)
            #expect(!ended.output.isEmpty)
        }
    }

    @Test(arguments: [
        "plan", "run", "resume", "rollback", "settle", "approve", "deny", "skip", "decide", "note", "status", "runs",
        "show", "timeline", "diff", "abandon", "notify",
    ])
    func `The help of a command gives an example`(command: String) async throws {
        try await Bench.with { bench in
            let help = await bench.call([command, "--help"]).output
            #expect(help.contains("Example"))
            #expect(help.contains("handover \(command)"))
            #expect(help.contains("USAGE: handover \(command)"))
        }
    }

    @Test func `The help names the exit codes and the completions`() async throws {
        try await Bench.with { bench in
            let help = await bench.call("--help").output
            #expect(help.contains("130 interrupted"))
            #expect(help.contains("--generate-completion-script"))
            #expect(await bench.call("--version").output == "0.1.0\n")
        }
    }
}
