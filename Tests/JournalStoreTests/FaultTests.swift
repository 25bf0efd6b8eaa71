import FailoverModel
import Foundation
import JournalStore
import Testing

/// Faults of the machine, each in a process of its own.
@Suite(.serialized) struct FaultTests {
    @Test(arguments: [3, 11, 24, 47, 80, 131, 190, 260])
    func `killed in the middle of appends, every acknowledged entry is there`(milliseconds: UInt32) async throws {
        try await withFolder { folder in
            let path = folder + "/j.sqlite"
            try await filled(path, count: 1)
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [path = path as String, milliseconds = milliseconds as UInt32] in
                let acknowledged = open(path + ".acknowledged", O_WRONLY | O_CREAT | O_APPEND, 0o600)
                let writer = try JournalWriter(path: path)
                var head = try await writer.head()
                let killer = Thread {
                    usleep(milliseconds * 1000)
                    kill(getpid(), SIGKILL)
                }
                while true {
                    head = try await writer.append(notes(["a", "b"]), expecting: head)
                    let line = Array("\(head.text)\n".utf8)
                    _ = write(acknowledged, line, line.count)
                    // The first is acknowledged before, so that there is something to hold the journal to.
                    if head.sequence == 3 { killer.start() }
                }
            }
            let lines = try String(contentsOfFile: path + ".acknowledged", encoding: .utf8).split(separator: "\n")
            let last = try #require(lines.last.flatMap { JournalHead(text: $0) })
            let found = try JournalReader.verify(path: path, knownHead: last)
            #expect(found.isSound)
            #expect(found.entries >= last.sequence && found.entries % 2 == 1)
            _ = try await JournalWriter(path: path).append(notes(["on"]), expecting: found.head)
        }
    }

    /// A file system of its own that is full after a megabyte; nil where this process may not mount.
    private func fullDisk(_ folder: String) -> Bool {
        run("/bin/mount", ["-t", "tmpfs", "-o", "size=1m", "none", folder])
    }

    private func run(_ program: String, _ arguments: [String]) -> Bool {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    @Test func `a full disk stops the writer, and with room again a new one goes on`() async throws {
        try await withFolder { folder in
            let disk = folder + "/disk"
            try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
            guard fullDisk(disk) else {
                print("SKIPPED: this process may not mount a tmpfs")
                return
            }
            defer { _ = run("/bin/umount", ["-l", disk]) }
            let path = disk + "/j.sqlite"
            var head = try await filled(path, count: 3)
            do {
                let writer = try JournalWriter(path: path)
                try Data(repeating: 1, count: 500_000).write(to: URL(filePath: disk + "/ballast"))
                let big = notes([String(repeating: "x", count: 20_000)])
                var failure: JournalError?
                while failure == nil {
                    do { head = try await writer.append(big, expecting: head) } catch {
                        failure = error as? JournalError
                    }
                }
                guard case .poisoned(_, "the disk is full")? = failure else {
                    Issue.record("\(String(describing: failure))")
                    return
                }
                try FileManager.default.removeItem(atPath: disk + "/ballast")
                await #expect(throws: JournalError.self) { try await writer.append(notes(["again"]), expecting: head) }
                await #expect(throws: JournalError.self) { try await writer.assertWritable() }
            }
            let writer = try JournalWriter(path: path)
            #expect(try await writer.head() == head)
            try await writer.assertWritable()
            _ = try await writer.append(notes(["on"]), expecting: head)
            #expect(try JournalReader.verify(path: path).isSound)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a sync that fails stops the writer for good`() async throws {
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/strace") else {
            print("SKIPPED: strace is not installed")
            return
        }
        try await withFolder { folder in
            let path = folder + "/j.sqlite"
            try await filled(path, count: 2)
            await #expect(processExitsWith: .success) { [path = path as String] in
                let writer = try JournalWriter(path: path)
                var head = try await writer.append(notes(["3"]), expecting: writer.head())
                let tracer = Process()
                tracer.executableURL = URL(filePath: "/usr/bin/strace")
                tracer.arguments = [
                    "-f", "-o", "/dev/null", "-e", "inject=fsync,fdatasync:error=EIO", "-p", "\(getpid())",
                ]
                tracer.standardError = FileHandle.nullDevice
                try tracer.run()
                var tries = 0
                while try String(contentsOfFile: "/proc/self/status", encoding: .utf8).contains("TracerPid:\t0\n"),
                    tries < 100
                {
                    usleep(20_000)
                    tries += 1
                }
                guard tries < 100 else {
                    print("SKIPPED: strace may not attach")
                    return
                }
                // All threads must be seized, not only the first.
                usleep(200_000)
                var failure: JournalError?
                do { head = try await writer.append(notes(["4"]), expecting: head) } catch {
                    failure = error as? JournalError
                }
                // A tracer that is killed lets go of everybody.
                kill(tracer.processIdentifier, SIGKILL)
                guard case .poisoned? = failure else { throw CocoaError(.fileWriteUnknown) }
                let again = try? await writer.append(notes(["5"]), expecting: head)
                try #require(again == nil)
            }
            let found = try JournalReader.verify(path: path)
            #expect(found.isSound && (3...4).contains(found.entries))
            _ = try await JournalWriter(path: path).append(notes(["on"]), expecting: found.head)
        }
    }
}
