import FailoverModel
import Foundation
import GRDB
import JournalStore
import Testing

@Suite struct OpeningTests {
    @Test func `another program's file is refused and left as it was`() async throws {
        try await withFolder { folder in
            let text = folder + "/text"
            try Data(repeating: 0x41, count: 5000).write(to: URL(filePath: text))
            let other = folder + "/other.sqlite"
            try DatabaseQueue(path: other).write { try $0.execute(sql: "CREATE TABLE t (a)") }
            for path in [text, other] {
                let before = try Data(contentsOf: URL(filePath: path))
                let error = #expect(throws: JournalError.self) { try JournalWriter(path: path) }
                guard case .foreign? = error else {
                    Issue.record("\(path): \(String(describing: error))")
                    continue
                }
                #expect(try Data(contentsOf: URL(filePath: path)) == before)
            }
        }
    }

    @Test func `a newer format is refused by its number`() async throws {
        try await withFolder { folder in
            let path = folder + "/j.sqlite"
            try await filled(path, count: 1)
            try tamper(path, "PRAGMA user_version = 9")
            #expect(throws: JournalError.newerFormat(path: path, format: 9)) { try JournalWriter(path: path) }
            #expect(throws: JournalError.newerFormat(path: path, format: 9)) { try JournalReader(path: path) }
        }
    }

    @Test func `a symbolic link is not followed`() async throws {
        try await withFolder { folder in
            let path = folder + "/j.sqlite"
            try await filled(path, count: 1)
            try FileManager.default.createSymbolicLink(atPath: folder + "/link", withDestinationPath: path)
            let error = #expect(throws: JournalError.self) { try JournalWriter(path: folder + "/link") }
            #expect(error?.description.contains("symbolic link") == true)
        }
    }

    @Test func `a reader makes no file`() async throws {
        try await withFolder { folder in
            #expect(throws: JournalError.missing(path: folder + "/j.sqlite")) {
                try JournalReader(path: folder + "/j.sqlite")
            }
            let files = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(files.isEmpty)
        }
    }

    @Test func `a journal that lost its log is known to be behind what was promised`() async throws {
        try await withFolder { folder in
            let path = folder + "/j.sqlite"
            let queue = try await leaveLogBehind(path)
            try FileManager.default.removeItem(atPath: path + "-wal")
            try? FileManager.default.removeItem(atPath: path + "-shm")
            let error = #expect(throws: JournalError.self) { try JournalWriter(path: path) }
            #expect(error?.isDamage == true)
            let verification = try JournalReader.verify(path: path)
            #expect(!verification.isSound)
            #expect(verification.firstBad?.reason.contains("promised") == true)
            _ = queue
        }
    }

    /// Copies the journal with its log while a writer has it open, as a crash leaves it.
    private func leaveLogBehind(_ path: String) async throws -> JournalHead {
        let live = path + ".live"
        let writer = try JournalWriter(path: live)
        var head = JournalHead.empty
        for number in 1...3 { head = try await writer.append(notes(["\(number)"]), expecting: head) }
        for suffix in ["", "-wal", ".head"] {
            try FileManager.default.copyItem(atPath: live + suffix, toPath: path + suffix)
        }
        return head
    }

    @Test func `an older copy put in the journal's place is noticed`() async throws {
        try await withFolder { folder in
            let path = folder + "/j.sqlite"
            try await filled(path, count: 3)
            try JournalReader(path: path).backup(to: folder + "/old")
            try await filled(path, count: 3)
            for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
            try FileManager.default.moveItem(atPath: folder + "/old", toPath: path)
            #expect(throws: JournalError.behind(path: path, head: 3, promised: 6)) { try JournalReader(path: path) }
        }
    }

    @Test func `the tail of a torn log is left out, and what was synced before is whole`() async throws {
        try await withFolder { folder in
            let path = folder + "/j.sqlite"
            _ = try await leaveLogBehind(path)
            try FileManager.default.removeItem(atPath: path + ".head")
            let log = FileHandle(forUpdatingAtPath: path + "-wal")
            let end = try log?.seekToEnd() ?? 0
            try log?.truncate(atOffset: end - 100)
            try log?.close()
            let verification = try JournalReader.verify(path: path)
            #expect(verification.isSound)
            #expect(verification.entries == 2)
        }
    }

    @Test(
        .enabled(
            if: getuid() != 0 || FileManager.default.fileExists(atPath: "/usr/bin/chattr"), "root ignores permissions"))
    func `a journal in a folder that cannot be written is read, and writing says why not`() async throws {
        try await withFolder { folder in
            let path = folder + "/j.sqlite"
            try await filled(path, count: 2)
            try? FileManager.default.removeItem(atPath: path + "-wal")
            try? FileManager.default.removeItem(atPath: path + "-shm")
            guard Immutable.set(path, true) else { return }
            defer { _ = Immutable.set(path, false) }
            #expect(try JournalReader(path: path).head().sequence == 2)
            let error = await #expect(throws: JournalError.self) {
                try await JournalWriter(path: path).assertWritable()
            }
            guard case .unusable? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }
}

/// `chattr +i`, which also stops root; false where the file system has no such thing.
enum Immutable {
    static func set(_ path: String, _ on: Bool) -> Bool {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/chattr")
        process.arguments = [on ? "+i" : "-i", path]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}
