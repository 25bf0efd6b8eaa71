import FailoverModel
import Foundation
import GRDB
import JournalStore
import Testing

@Suite struct HardeningTests {
    @Test func `a reader in the writer's process does not cost the writer its locks`() async throws {
        try await withFolder { folder in
            let path = folder + "/j.sqlite"
            let writer = try JournalWriter(path: path)
            var head = try await writer.append(notes(["1"]), expecting: .empty)
            let reader = try JournalReader(path: path)
            await #expect(processExitsWith: .success) { [path = path as String] in
                // Another process comes and goes: were it the last one, it would take the log away on leaving.
                _ = try await JournalWriter(path: path).head()
            }
            head = try await writer.append(notes(["2"]), expecting: head)
            await #expect(processExitsWith: .success) { [path = path as String] in
                let seen = try JournalReader(path: path).head().sequence
                try #require(seen == 2)
            }
            #expect(try reader.head() == head)
        }
    }

    @Test func `a row whose column is not what its table says is an error and never ends the process`() async throws {
        try await withFolder { folder in
            let path = folder + "/j.sqlite"
            try await filled(path, count: 3)
            try tamper(
                path,
                """
                DROP INDEX entry_run; DROP TABLE entry;
                CREATE TABLE entry (sequence INTEGER PRIMARY KEY, run, time, actor, type, version, payload, hash);
                INSERT INTO entry VALUES (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
                """)
            await #expect(processExitsWith: .success) { [path = path as String] in
                _ = try? JournalReader(path: path).head()
                _ = try? JournalWriter(path: path)
                let found = try JournalReader.verify(path: path)
                try #require(!found.isSound)
            }
        }
    }

    @Test func `a NUL in a text is stored as it was hashed`() async throws {
        try await withFolder { folder in
            let path = folder + "/j.sqlite"
            var entry = notes(["x"])[0]
            entry.actor = "ad\u{0}a"
            entry.run = ""
            _ = try await JournalWriter(path: path).append([entry], expecting: .empty)
            #expect(try JournalReader.verify(path: path).firstBad == nil)
            #expect(try JournalReader(path: path).entry(1)?.actor == "ad\u{0}a")
        }
    }

    @Test func `appending nothing changes nothing, on an empty journal too`() async throws {
        try await withFolder { folder in
            let writer = try JournalWriter(path: folder + "/j.sqlite")
            let head = try await writer.append([], expecting: .empty)
            #expect(head == .empty)
            _ = try await writer.append(notes(["x"]), expecting: head)
        }
    }

    @Test func `a file whose maker was stopped before its tables is taken up`() async throws {
        try await withFolder { folder in
            let path = folder + "/j.sqlite"
            let queue = try DatabaseQueue(path: path)
            try await queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
            try queue.close()
            try await filled(path, count: 1)
        }
    }

    @Test func `a journal made by many at once is made once`() async throws {
        try await withFolder { folder in
            for round in 0..<20 {
                let path = folder + "/\(round).sqlite"
                let failures = await withTaskGroup(of: String?.self) { group in
                    for _ in 0..<6 {
                        group.addTask {
                            do { _ = try await JournalWriter(path: path).head() } catch { return "\(error)" }
                            return nil
                        }
                    }
                    return await group.reduce(into: [String]()) { if let failure = $1 { $0.append(failure) } }
                }
                #expect(failures == [])
            }
        }
    }

    @Test(arguments: [
        "DROP TRIGGER entry_is_never_changed; CREATE TRIGGER entry_is_never_changed BEFORE UPDATE ON entry BEGIN SELECT 1; END",
        "CREATE TRIGGER more AFTER INSERT ON entry BEGIN SELECT 1; END", "DROP INDEX entry_run",
    ])
    func `a schema that is not the journal's own is said`(sql: String) async throws {
        try await withFolder { folder in
            let path = folder + "/j.sqlite"
            try await filled(path, count: 2)
            try await DatabaseQueue(path: path).write { try $0.execute(sql: sql) }
            #expect(try !JournalReader.verify(path: path).isSound)
        }
    }

    @Test func `an index that does not agree with the entries is said`() async throws {
        try await withFolder { folder in
            let path = folder + "/j.sqlite"
            try await filled(path, count: 9)
            try await DatabaseQueue(path: path).writeWithoutTransaction { db in
                // Empties the index: its root page becomes a leaf without cells.
                let page = try Int.fetchOne(db, sql: "SELECT rootpage FROM sqlite_schema WHERE name = 'entry_run'") ?? 0
                let size = try Int.fetchOne(db, sql: "PRAGMA page_size") ?? 0
                try db.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
                let file = try #require(FileHandle(forUpdatingAtPath: path))
                try file.seek(toOffset: UInt64((page - 1) * size))
                try file.write(contentsOf: [0x0A, 0, 0, 0, 0, UInt8(size >> 8 & 0xFF), UInt8(size & 0xFF), 0])
                try file.close()
            }
            #expect(try !JournalReader.verify(path: path).isSound)
        }
    }

    @Test func `a path that looks like a URI is a file's name`() async throws {
        try await withFolder { folder in
            let path = folder + "/a?b#c%41 d"
            try await filled(path, count: 1)
            #expect(try JournalReader(path: path).head().sequence == 1)
            #expect(FileManager.default.fileExists(atPath: path))
        }
    }

    @Test func `a journal that is gone while its witness remembers it is not begun anew`() async throws {
        try await withFolder { folder in
            let path = folder + "/j.sqlite"
            try await filled(path, count: 2)
            try FileManager.default.removeItem(atPath: path)
            #expect(throws: JournalError.behind(path: path, head: 0, promised: 2)) { try JournalWriter(path: path) }
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    @Test func `a backup is its owner's alone, whole, and never written over another file`() async throws {
        try await withFolder { folder in
            let path = folder + "/j.sqlite"
            let head = try await filled(path, count: 4)
            let writer = try JournalWriter(path: path)
            let reader = try JournalReader(path: path)
            try reader.backup(to: folder + "/copy")
            let mode = try FileManager.default.attributesOfItem(atPath: folder + "/copy")[.posixPermissions] as? Int
            #expect(mode == 0o600)
            #expect(try JournalReader.verify(path: folder + "/copy", knownHead: head).isSound)
            #expect(throws: JournalError.self) { try reader.backup(to: folder + "/copy") }
            #expect(try JournalReader(path: folder + "/copy").head() == head)
            _ = try await writer.append(notes(["on"]), expecting: head)
        }
    }

    @Test func `an export that cannot be written away says so in the writer's own words`() async throws {
        struct Full: Error, Equatable {}
        try await withFolder { folder in
            try await filled(folder + "/j.sqlite", count: 2)
            let reader = try JournalReader(path: folder + "/j.sqlite")
            #expect(throws: Full()) { try reader.exportLines { _ in throw Full() } }
        }
    }
}
