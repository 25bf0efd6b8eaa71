import FailoverModel
import Foundation
import GRDB
import JournalStore
import Testing

@Suite struct AppendTests {
    @Test func `what is appended is read back in order, with a chain of hashes`() async throws {
        try await withFolder { folder in
            let path = folder + "/j.sqlite"
            let head = try await filled(path, count: 5)
            let reader = try JournalReader(path: path)
            let entries = try reader.entries(after: 0)
            #expect(entries.map(\.sequence) == [1, 2, 3, 4, 5])
            #expect(try entries.map { try Event($0) } == (1...5).map { .noteAdded(NoteAdded(text: "note \($0)")) })
            #expect(Set(entries.map(\.hash)).count == 5)
            #expect(try reader.head() == head)
            #expect(try JournalReader.verify(path: path).isSound)
        }
    }

    @Test func `an append that expects another head is refused and changes nothing`() async throws {
        try await withFolder { folder in
            let path = folder + "/j.sqlite"
            let head = try await filled(path, count: 2)
            let writer = try JournalWriter(path: path)
            await #expect(throws: JournalError.headMoved(head)) {
                try await writer.append(notes(["late"]), expecting: .empty)
            }
            #expect(try await writer.head() == head)
        }
    }

    @Test func `of two writers that race for a place exactly one wins each round`() async throws {
        try await withFolder { folder in
            let path = folder + "/j.sqlite"
            let writers = [try JournalWriter(path: path), try JournalWriter(path: path)]
            for round in 1...50 {
                let head = try await writers[0].head()
                let wins = await withTaskGroup(of: Bool.self) { group in
                    for (number, writer) in writers.enumerated() {
                        group.addTask {
                            (try? await writer.append(notes(["round \(round) by \(number)"]), expecting: head)) != nil
                        }
                    }
                    return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
                }
                #expect(wins == 1, "round \(round)")
            }
            #expect(try JournalReader.verify(path: path).entries == 50)
        }
    }

    @Test func `readers see whole appends while a writer goes on`() async throws {
        try await withFolder { folder in
            let path = folder + "/j.sqlite"
            let writer = try JournalWriter(path: path)
            async let written: Void = {
                var head = JournalHead.empty
                for number in 1...100 {
                    head = try await writer.append(notes(["a \(number)", "b \(number)"]), expecting: head)
                }
            }()
            let reader = try JournalReader(path: path)
            var seen = 0
            while seen < 200 {
                seen = try reader.entries(after: 0).count
                #expect(seen.isMultiple(of: 2))
            }
            try await written
        }
    }

    @Test func `a reader is told of another writer's appends`() async throws {
        try await withFolder { folder in
            let path = folder + "/j.sqlite"
            let head = try await filled(path, count: 1)
            let reader = try JournalReader(path: path)
            let writer = try JournalWriter(path: path)
            var iterator = reader.changes().makeAsyncIterator()
            #expect(await iterator.next() == head)
            let next = try await writer.append(notes(["more"]), expecting: head)
            #expect(await iterator.next() == next)
        }
    }

    @Test func `the file, its log and its witness belong to their owner alone, whatever the umask`() async throws {
        try await withFolder { folder in
            let old = umask(0)
            defer { umask(old) }
            let path = folder + "/new/deep/j.sqlite"
            let writer = try JournalWriter(path: path)
            _ = try await writer.append(notes(["x"]), expecting: .empty)
            for suffix in ["", "-wal", "-shm", ".head"] {
                let mode = try FileManager.default.attributesOfItem(atPath: path + suffix)[.posixPermissions] as? Int
                #expect(mode == 0o600, "\(suffix)")
            }
            let mode = try FileManager.default.attributesOfItem(atPath: folder + "/new")[.posixPermissions] as? Int
            #expect(mode == 0o700)
        }
    }

    @Test(arguments: [
        "UPDATE entry SET actor = 'eve' WHERE sequence = 1", "DELETE FROM entry WHERE sequence = 1",
        "INSERT OR REPLACE INTO entry SELECT 1, run, time, 'eve', type, version, payload, hash FROM entry WHERE sequence = 1",
    ])
    func `entries cannot be changed, removed or replaced on the writer's connection`(sql: String) async throws {
        try await withFolder { folder in
            let path = folder + "/j.sqlite"
            try await filled(path, count: 2)
            var configuration = Configuration()
            configuration.prepareDatabase { try $0.execute(sql: "PRAGMA recursive_triggers = ON") }
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            #expect(throws: DatabaseError.self) { try queue.write { try $0.execute(sql: sql) } }
            #expect(try JournalReader.verify(path: path).isSound)
        }
    }

    @Test func `runs are listed with their first and last sequence, and each has its own entries`() async throws {
        try await withFolder { folder in
            let path = folder + "/j.sqlite"
            let writer = try JournalWriter(path: path)
            var head = try await writer.append(notes(["1", "2"], run: "b"), expecting: .empty)
            head = try await writer.append(notes(["3"], run: "a") + notes(["4"], run: "b"), expecting: head)
            let reader = try JournalReader(path: path)
            let runs = try reader.runs()
            #expect(runs.map(\.run) == ["b", "a"])
            #expect(runs.map(\.last) == [4, 3])
            #expect(try reader.entries(run: "b").map(\.sequence) == [1, 2, 4])
        }
    }
}
