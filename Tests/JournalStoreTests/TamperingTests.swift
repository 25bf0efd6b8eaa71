import FailoverModel
import Foundation
import GRDB
import JournalStore
import Testing

@Suite struct TamperingTests {
    private func verified(after sql: String, count: Int = 9) async throws -> Verification {
        try await withFolder { folder in
            let path = folder + "/j.sqlite"
            try await filled(path, count: count)
            try tamper(path, sql)
            return try JournalReader.verify(path: path)
        }
    }

    @Test(arguments: [
        "payload = '{\"text\":\"other\"}'", "actor = 'eve'", "time = time + 1", "run = 'r-2'", "type = 'run.note'",
        "version = 2", "hash = randomblob(32)",
    ])
    func `a changed column is found at its sequence`(change: String) async throws {
        let found = try await verified(after: "UPDATE entry SET \(change) WHERE sequence = 4")
        #expect(found.firstBad?.sequence == 4)
        #expect(found.entries == 3)
    }

    @Test func `a removed entry is found where it was`() async throws {
        let found = try await verified(after: "DELETE FROM entry WHERE sequence = 4")
        #expect(found.firstBad == .init(sequence: 4, reason: "the entry is missing"))
    }

    @Test func `removed and renumbered is found all the same`() async throws {
        let found = try await verified(
            after: """
                DELETE FROM entry WHERE sequence = 4;
                UPDATE entry SET sequence = -sequence WHERE sequence > 4; UPDATE entry SET sequence = -sequence - 1 WHERE sequence < 0
                """)
        #expect(found.firstBad?.sequence == 4)
    }

    @Test func `two entries that changed places are found at the first`() async throws {
        let found = try await verified(
            after: """
                UPDATE entry SET sequence = 100 WHERE sequence = 4; UPDATE entry SET sequence = 4 WHERE sequence = 5;
                UPDATE entry SET sequence = 5 WHERE sequence = 100
                """)
        #expect(found.firstBad?.sequence == 4)
    }

    @Test func `a cut tail is found against a known head`() async throws {
        try await withFolder { folder in
            let path = folder + "/j.sqlite"
            let head = try await filled(path, count: 9)
            try FileManager.default.removeItem(atPath: path + ".head")
            try tamper(path, "DELETE FROM entry WHERE sequence > 6")
            #expect(try JournalReader.verify(path: path).isSound)
            let found = try JournalReader.verify(path: path, knownHead: head)
            #expect(found.firstBad?.sequence == 7)
        }
    }

    @Test func `a known head of another history is found at its sequence`() async throws {
        try await withFolder { folder in
            let path = folder + "/j.sqlite"
            try await filled(path, count: 5)
            let other = JournalHead(sequence: 3, hash: [UInt8](repeating: 7, count: 32))
            #expect(try JournalReader.verify(path: path, knownHead: other).firstBad?.sequence == 3)
        }
    }

    @Test func `entries of another journal do not fit in, though each is whole`() async throws {
        try await withFolder { folder in
            let path = folder + "/j.sqlite"
            let other = folder + "/other.sqlite"
            try await filled(path, count: 9)
            try await filled(other, count: 9)
            try tamper(
                path,
                """
                ATTACH '\(other)' AS other;
                DELETE FROM entry WHERE sequence = 4;
                INSERT INTO entry SELECT * FROM other.entry WHERE sequence = 4
                """)
            #expect(try JournalReader.verify(path: path).firstBad?.sequence == 4)
        }
    }

    @Test func `a whole chain of another journal does not fit this journal's identity`() async throws {
        let found = try await verified(after: "UPDATE journal SET identity = randomblob(16)")
        #expect(found.firstBad?.sequence == 1)
    }

    @Test func `missing triggers are said`() async throws {
        try await withFolder { folder in
            let path = folder + "/j.sqlite"
            try await filled(path, count: 2)
            let queue = try DatabaseQueue(path: path)
            try await queue.write { try $0.execute(sql: "DROP TRIGGER entry_is_never_changed") }
            let found = try JournalReader.verify(path: path)
            #expect(found.firstBad?.reason == "the trigger entry_is_never_changed is gone")
        }
    }

    @Test func `a flipped bit anywhere in the file is found or does no harm, and never traps`() async throws {
        try await withFolder { folder in
            let path = folder + "/j.sqlite"
            try await filled(path, count: 40)
            try tamper(path, "SELECT 1")
            let whole = try Data(contentsOf: URL(filePath: path))
            let entries = try JournalReader(path: path).entries(after: 0)
            var found = 0
            for step in 0..<300 {
                var bytes = whole
                let offset = 100 + (step * 7919) % (bytes.count - 100)
                bytes[offset] ^= 1 << UInt8(step % 8)
                let copy = folder + "/copy-\(step)"
                try bytes.write(to: URL(filePath: copy))
                do {
                    let verification = try JournalReader.verify(path: copy)
                    if verification.isSound {
                        #expect(try JournalReader(path: copy).entries(after: 0) == entries, "bit at \(offset)")
                    } else {
                        found += 1
                    }
                } catch { found += 1 }
                try FileManager.default.removeItem(atPath: copy)
            }
            #expect(found > 20)
        }
    }
}
