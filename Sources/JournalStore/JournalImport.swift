import FailoverModel
import Foundation
import GRDB
import Glibc

/// Takes an export into a new journal, proving each line by the hash chain.
struct JournalImport {
    let db: Database
    let file: String
    let journal: String

    func run() throws -> JournalHead {
        guard try db.journalHead() == .empty else {
            throw JournalError.unusable(path: journal, what: "it holds entries already; import into a new one")
        }
        guard let stream = fopen(file, "r") else {
            throw JournalError.badLine(path: file, line: 0, what: JournalFile.reason(errno))
        }
        defer { fclose(stream) }
        var lines = Lines(stream: stream, file: file)
        let header = try lines.next().map { try lines.decode($0, Header.init(from:)) }
        guard let header, let identity = [UInt8](hexadecimal: header.identity), identity.count == 16,
            header.format == "handover.journal/1", let promised = JournalHead(text: header.head)
        else { throw JournalError.badLine(path: file, line: 1, what: "this is not the header of a journal export") }
        try db.execute(sql: "UPDATE journal SET identity = ?", arguments: [Data(identity)])
        let insert = try EntryInsert(db: db)
        var head = JournalHead(sequence: 0, hash: EntryHash.genesis(identity: identity))
        while let line = try lines.next() {
            let entry = try lines.decode(line, Line.init(from:)).entry
            guard entry.sequence == head.sequence + 1,
                entry.hash == entry.withBytes({ EntryHash.of($0, after: head.hash) })
            else { throw JournalError.badLine(path: file, line: lines.number, what: "the hash chain breaks here") }
            try entry.withBytes { try insert($0, hash: entry.hash) }
            head = JournalHead(sequence: entry.sequence, hash: entry.hash)
        }
        guard promised.sequence == 0 ? head.sequence == 0 : head == promised else {
            throw JournalError.badLine(
                path: file, line: lines.number,
                what: "the file ends at \(head.sequence), its header says \(promised.sequence)")
        }
        return try db.journalHead()
    }
}

/// The lines of a file one by one, with their number for errors.
private struct Lines {
    let stream: UnsafeMutablePointer<FILE>
    let file: String
    private(set) var number = 0

    init(stream: UnsafeMutablePointer<FILE>, file: String) {
        self.stream = stream
        self.file = file
    }

    mutating func next() throws -> [UInt8]? {
        var buffer: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(buffer) }
        let count = getline(&buffer, &capacity, stream)
        guard count > 0, let buffer else {
            if ferror(stream) != 0 {
                throw JournalError.badLine(path: file, line: number, what: JournalFile.reason(errno))
            }
            return nil
        }
        number += 1
        return UnsafeRawBufferPointer(start: buffer, count: count).filter { $0 != 0x0A }
    }

    func decode<Value>(
        _ line: [UInt8], _ read: (inout JSONReader) throws(DecodingFailure) -> Value
    ) throws -> Value {
        do {
            return try line.withUnsafeBytes { bytes in
                var reader = JSONReader(bytes)
                let value = try read(&reader)
                try reader.end()
                return value
            }
        } catch let error as DecodingFailure {
            throw JournalError.badLine(path: file, line: number, what: "\(error.what) at byte \(error.offset)")
        }
    }
}

private struct Header {
    var format = ""
    var head = ""
    var identity = ""

    init(from reader: inout JSONReader) throws(DecodingFailure) {
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "format": format = try reader.string()
            case "head": head = try reader.string()
            case "identity": identity = try reader.string()
            default: try reader.skip()
            }
        }
    }
}

private struct Line {
    var entry = Entry(
        sequence: 0, run: "", time: Moment(microseconds: 0), actor: "", type: "", version: 0, payload: [], hash: [])

    init(from reader: inout JSONReader) throws(DecodingFailure) {
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "actor": entry.actor = try reader.string()
            case "hash":
                guard let hash = [UInt8](hexadecimal: try reader.string()), hash.count == 32 else {
                    throw reader.failure("expected a hash of 64 hexadecimal digits")
                }
                entry.hash = hash
            case "payload": entry.payload = Array(try reader.rawValue())
            case "run": entry.run = try reader.string()
            case "sequence": entry.sequence = try reader.integer()
            case "time":
                guard let time = Moment(try reader.string()) else {
                    throw reader.failure("expected a time in RFC 3339")
                }
                entry.time = time
            case "type": entry.type = try reader.string()
            case "version": entry.version = try reader.integer()
            default: try reader.skip()
            }
        }
    }
}
