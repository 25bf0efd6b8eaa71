import FailoverModel
import Foundation
import GRDB
import JournalStore

/// A folder of its own for a test, removed afterwards.
func withFolder<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    let folder = FileManager.default.temporaryDirectory.appending(path: "handover-journal-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try await body(folder)
}

/// Notes of one run, as an append takes them.
func notes(_ texts: [String], run: String = "r-1") -> [NewEntry] {
    texts.map {
        Event.noteAdded(NoteAdded(text: $0)).entry(
            run: run, time: Moment(microseconds: 1_795_000_000_000_000), actor: "ada")
    }
}

/// A journal with `count` notes `note 1` … at `path`.
@discardableResult
func filled(_ path: String, count: Int) async throws -> JournalHead {
    let writer = try JournalWriter(path: path)
    var head = try await writer.head()
    for number in 1...count { head = try await writer.append(notes(["note \(number)"]), expecting: head) }
    return head
}

/// What somebody does who opens the file with a tool of his own: no rule of ours is in the way.
func tamper(_ path: String, _ sql: String) throws {
    let queue = try DatabaseQueue(path: path)
    try queue.writeWithoutTransaction { db in
        let triggers = try String.fetchAll(db, sql: "SELECT sql FROM sqlite_schema WHERE type = 'trigger'")
        try db.execute(
            sql: """
                DROP TRIGGER IF EXISTS entry_is_never_changed; DROP TRIGGER IF EXISTS entry_is_never_removed;
                \(sql);
                \(triggers.joined(separator: ";\n"));
                PRAGMA wal_checkpoint(TRUNCATE);
                """)
    }
    try queue.close()
}
