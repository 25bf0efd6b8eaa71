import FailoverModel

extension JournalReader {
    /// Hands out the journal as JSON Lines: a header, then one line an entry with its payload as it is stored.
    /// Payload, hashes and head are the journal's own, so that an import can prove that nothing is missing.
    package func exportLines(_ line: ([UInt8]) throws -> Void) throws {
        try streaming { db in
            let (identity, head) = (try db.journalIdentity(), try db.journalHead())
            var header = JSONWriter()
            header.object {
                $0.field("format", "handover.journal/1")
                $0.field("head", head.text)
                $0.field("identity", identity.hexadecimal)
            }
            try CallersError.marking { try line(header.bytes) }
            try EntryRows(db: db).forEach("sequence <= ?", [head.sequence]) { entry, hash in
                var writer = JSONWriter(capacity: entry.payload.count + 400)
                writer.object {
                    $0.field("actor", String(decoding: entry.actor, as: UTF8.self))
                    $0.field("hash", Array(hash).hexadecimal)
                    $0.key("payload")
                    $0.raw(entry.payload)
                    $0.field("run", String(decoding: entry.run, as: UTF8.self))
                    $0.field("sequence", entry.sequence)
                    $0.field("time", entry.time.description)
                    $0.field("type", String(decoding: entry.type, as: UTF8.self))
                    $0.field("version", entry.version)
                }
                try CallersError.marking { try line(writer.bytes) }
            }
        }
    }
}
