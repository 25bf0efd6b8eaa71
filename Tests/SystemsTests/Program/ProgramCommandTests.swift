import FailoverModel
import Foundation
import Glibc
import Systems
import Testing

/// Real programs, written into a folder of the test's own.
@Suite struct ProgramCommandTests {
    @Test func `observed, done, proven, undone with what was found, and a second time nothing`() async throws {
        try await Folder.with { folder in
            let state = folder.path + "/state"
            try "open to 10.0.0.0/8\n".write(toFile: state, atomically: true, encoding: .utf8)
            let step = ProgramStep(
                act: [
                    try folder.program(
                        "act", "echo closed > $1; echo \"$HANDOVER_IDEMPOTENCY_KEY $HANDOVER_SITE\" > $1.key"), state,
                ],
                observe: [try folder.program("observe", "cat $1; grep -q closed $1"), state],
                undo: [try folder.program("undo", "printf %s \"$HANDOVER_FOUND\" > $1"), state])
            let found = try await step.examine()
            #expect(found.verdict == .needed && found.sentence == "open to 10.0.0.0/8")
            try await step.command.act(step.context, on: found)
            #expect(try await step.command.verify(step.context, after: found).verdict == .done)
            #expect(try await step.examine().verdict == .done)
            #expect(try String(contentsOfFile: state + ".key", encoding: .utf8) == "r1/close dc1\n")

            var later = step.context
            later.remembered = found.facts
            let back = try await step.command.examineUndo(later)
            #expect(back.verdict == .needed)
            try await step.command.undo(later, on: back)
            #expect(try await step.command.examineUndo(later).verdict == .done)
            #expect(try String(contentsOfFile: state, encoding: .utf8) == "open to 10.0.0.0/8\n")
        }
    }

    @Test func `a status means the same for every part, and the last line says why`() async throws {
        try await Folder.with { folder in
            let program = try folder.program("ends", "echo first; echo 'no route to fw.dc1' >&2; exit $1")
            let kinds: [(String, Fault.Kind)] = [
                ("69", .unreachable), ("77", .forbidden), ("3", .rejected), ("127", .rejected),
            ]
            for (status, kind) in kinds {
                let step = ProgramStep(act: [program, status], observe: [program, status])
                let looked = await fault { try await step.examine() }
                #expect(looked?.kind == kind && looked?.what == "it ended with \(status), and said: no route to fw.dc1")
                #expect(looked?.place == "step close (program.run at dc1), observe")
                let acted = await fault { try await step.command.act(step.context, on: Finding(.needed, "")) }
                #expect(acted?.kind == kind)
            }
            let later = ProgramStep(act: [program, "75"], observe: [program, "75"])
            #expect(try await later.examine().verdict == .waiting)
            #expect(
                await fault { try await later.command.act(later.context, on: Finding(.needed, "")) }?.kind == .throttled
            )
            let killed = ProgramStep(act: [try folder.program("dies", "kill -9 $$")])
            let died = await fault { try await killed.command.act(killed.context, on: Finding(.needed, "")) }
            #expect(died?.kind == .uncertain && died?.what == "a signal ended it, and said nothing")
        }
    }

    @Test func `words reach the program as they are, and only the variables it is given`() async throws {
        try await Folder.with { folder in
            let out = folder.path + "/out"
            let step = ProgramStep(
                act: [
                    try folder.program("show", "printf '%s\\n' \"$@\" > $1; env | sort >> $1"), out,
                    "; touch x $(id) `id` 'a b'", "",
                ],
                environment: ["TOKEN"],
                variables: ["TOKEN": "t0ken-4711", "STRANGER": "not for it", "PATH": "/usr/bin:/bin"])
            try await step.command.act(step.context, on: Finding(.needed, ""))
            let text = try String(contentsOfFile: out, encoding: .utf8)
            #expect(text.contains("\n; touch x $(id) `id` 'a b'\n\n"))
            #expect(
                text.contains("TOKEN=t0ken-4711\n") && !text.contains("STRANGER")
                    && text.contains("HANDOVER_OTHERS=dc3\n")
            )
        }
    }

    @Test func `a value from the environment is kept and shown nowhere`() async throws {
        try await Folder.with { folder in
            let program = try folder.program("leaks", "echo \"token=$TOKEN\"; echo \"bad $TOKEN\" >&2; exit $1")
            for status in ["0", "1", "4"] {
                let step = ProgramStep(
                    act: [program, status], observe: [program, status], environment: ["TOKEN"],
                    variables: ["TOKEN": "t0ken-4711"])
                do {
                    let found = try await step.examine()
                    #expect(found.sentence.contains("<secret>") && !"\(found)".contains("4711"))
                } catch let fault as Fault { #expect(fault.what.contains("<secret>") && !"\(fault)".contains("4711")) }
            }
        }
    }

    @Test func `much output is kept to its end, and nobody waits for a child that stays`() async throws {
        try await Folder.with { folder in
            let begun = ContinuousClock.now
            let step = ProgramStep(
                act: ["true"],
                observe: [try folder.program("chatty", "(sleep 60 &) ; seq 1 300000; printf 'the end\\001\\n'; exit 0")]
            )
            let found = try await step.examine()
            #expect(found.verdict == .done && found.sentence == "the end ")
            let kept = try #require(found.facts["output"]?.text)
            #expect(kept.utf8.count <= 4096 && kept.hasPrefix("29") && kept.contains("\n300000\n"))
            #expect(begun.duration(to: .now) < .seconds(30))
        }
    }

    @Test func `one that never ends to speak is ended, and does not fill the memory`() async throws {
        try await Folder.with { folder in
            let step = ProgramStep(act: [try folder.program("chatty", "exec yes")])
            let ended = await fault { try await step.command.act(step.context, on: Finding(.needed, "")) }
            #expect(ended?.kind == .uncertain)
            #expect(ended?.what.hasSuffix("wrote more than 64 MB and was ended") == true)
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `cancelled, a program and its children are ended, and it is not known what it did`()
        async throws
    {
        try await Folder.with { folder in
            let pids = folder.path + "/pids"
            let step = ProgramStep(act: [try folder.program("hangs", "sleep 300 & echo $$ $! > $1; wait"), pids])
            let task = Task { await fault { try await step.command.act(step.context, on: Finding(.needed, "")) } }
            while (try? String(contentsOfFile: pids, encoding: .utf8))?.hasSuffix("\n") != true {
                try await Task.sleep(for: .milliseconds(20))
            }
            task.cancel()
            #expect(await task.value?.kind == .uncertain)
            for pid in try String(contentsOfFile: pids, encoding: .utf8).split(whereSeparator: \.isWhitespace) {
                while kill(Int32(pid) ?? 0, 0) == 0 { try await Task.sleep(for: .milliseconds(20)) }
            }
        }
    }

    @Test func `what cannot be run is said before anything is done`() async throws {
        let cases: [([String], String)] = [
            (["no-such-program-4711"], "is not there"), (["/no/such/program"], "is not there"),
            (["./close.sh"], "neither a whole path nor a name"), ([""], "neither a whole path nor a name"),
        ]
        for (words, what) in cases {
            let fault = await fault { try await ProgramStep(act: ["true"], observe: words).examine() }
            #expect(fault?.kind == .invalid && fault?.what.contains(what) == true, "\(String(describing: fault))")
        }
        let unset = await fault { try await ProgramStep(act: ["true"], environment: ["NOT_SET"]).examine() }
        #expect(unset?.kind == .invalid && unset?.what.contains("NOT_SET") == true)
    }

    @Test func `without observe it is not seen, and without undo it is not taken back`() async throws {
        let step = ProgramStep(act: ["true"])
        #expect(try await step.examine().verdict == .unobservable)
        #expect(try await step.command.verify(step.context, after: Finding(.unobservable, "")).verdict == .unobservable)
        #expect(try await step.command.examineUndo(step.context).verdict == .refused(rule: "no-undo", acceptance: nil))
        let blind = ProgramStep(act: ["true"], undo: ["true"])
        #expect(try await blind.command.examineUndo(blind.context).verdict == .unobservable)
    }

    private func fault<Value>(_ body: () async throws -> Value) async -> Fault? {
        do {
            _ = try await body()
            return nil
        } catch { return error as? Fault }
    }
}

/// A step of `program.run` with the parameters a runbook would give it.
private struct ProgramStep {
    let command: any StepCommand
    let context: StepContext

    init(
        act: [String], observe: [String]? = nil, undo: [String]? = nil, environment: [String]? = nil,
        variables: [String: String] = ["PATH": "/usr/bin:/bin"]
    ) {
        let given = ["act": act, "observe": observe, "undo": undo, "environment": environment].compactMapValues(\.self)
        command = ProgramCommands.all { variables[$0] }["program.run"] ?? Missing()
        context = StepContext(
            run: "r1", step: "close", site: "dc1", from: "dc1", to: "dc2", others: ["dc3"],
            parameters: given.mapValues { .array($0.map { .string($0) }) }, topology: Topology(name: "t", sites: []))
    }

    func examine() async throws -> Finding { try await command.examine(context) }

    private struct Missing: StepCommand {
        func examine(_ context: StepContext) async throws(Fault) -> Finding {
            Finding(.waiting, "there is no program.run")
        }
        func act(_ context: StepContext, on finding: Finding) async throws(Fault) {}
    }
}

private struct Folder {
    let path: String

    static func with(_ body: (Folder) async throws -> Void) async throws {
        let folder = Folder(path: NSTemporaryDirectory() + "handover-program-\(UUID().uuidString)")
        try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder.path) }
        try await body(folder)
    }

    func program(_ name: String, _ text: String) throws -> String {
        let path = "\(path)/\(name)"
        try "#!/bin/sh\n\(text)\n".write(toFile: path, atomically: false, encoding: .utf8)
        chmod(path, 0o755)
        return path
    }
}
