import FailoverModel
import GRDB

extension Database {
    func entries(after sequence: Int64) throws -> [Entry] {
        var entries: [Entry] = []
        try EntryRows(db: self).forEach("sequence > ?", [sequence]) { entries.append(Entry($0, hash: $1)) }
        return entries
    }

    func entries(run: String) throws -> [Entry] {
        var entries: [Entry] = []
        try EntryRows(db: self).forEach("run = ?", [], run: run) { entries.append(Entry($0, hash: $1)) }
        return entries
    }

    /// Refuses a journal that is behind what was promised, or has another history.
    func check(against witness: HeadWitness, path: String) throws {
        guard let promised = witness.read(), promised.sequence > 0 else { return }
        let head = try journalHead()
        guard head.sequence >= promised.sequence else {
            throw JournalError.behind(path: path, head: head.sequence, promised: promised.sequence)
        }
        var hash: [UInt8]?
        try EntryRows(db: self).forEach("sequence = ?", [promised.sequence]) { hash = Array($1) }
        guard hash == promised.hash else {
            throw JournalError.damaged(
                path: path, sequence: promised.sequence, what: "this entry is not the one that was promised")
        }
    }
}
