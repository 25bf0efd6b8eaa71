package import FailoverModel

/// What is wrong with a journal file.
package enum JournalError: Error, Equatable, Sendable {
    /// There is no such file; readers never make one.
    case missing(path: String)
    /// The file is not a Handover journal, or a symbolic link.
    case foreign(path: String, what: String)
    /// A newer Handover wrote it.
    case newerFormat(path: String, format: Int)
    /// It cannot be written or opened: permissions, a full disk.
    case unusable(path: String, what: String)
    /// Another process has kept it locked for 5 s.
    case busy(path: String)
    /// A write failed half-way; this process must not append any more.
    case poisoned(path: String, what: String)
    /// The journal is behind what was promised: it was replaced by an older copy, or lost its `-wal`.
    case behind(path: String, head: Int64, promised: Int64)
    /// Another file lies in the place of the one that was read before.
    case replaced(path: String, what: String)
    /// Its bytes are not what was written.
    case damaged(path: String, sequence: Int64?, what: String)
    /// Somebody else appended first.
    case headMoved(JournalHead)
    /// A line of a file to be imported is wrong.
    case badLine(path: String, line: Int, what: String)

    /// Whether the journal itself cannot be trusted.
    package var isDamage: Bool {
        switch self {
        case .damaged, .behind, .replaced: true
        case .missing, .foreign, .newerFormat, .unusable, .busy, .poisoned, .headMoved, .badLine: false
        }
    }

    static func other(_ path: String) -> JournalError {
        .replaced(path: path, what: "another journal lies in its place")
    }

    /// What is wrong in its own words, without the sentence around it.
    var what: String {
        switch self {
        case .foreign(_, let what), .unusable(_, let what), .poisoned(_, let what), .replaced(_, let what),
            .damaged(_, _, let what), .badLine(_, _, let what):
            what
        case .missing, .newerFormat, .busy, .behind, .headMoved: fault.what
        }
    }

    package var fault: Fault {
        switch self {
        case .missing(let path):
            Fault(.invalid, "there is no journal", at: path, next: "Give its path with --journal, or begin a run")
        case .foreign(let path, let what):
            Fault(
                .invalid, "this is not a Handover journal: \(what)", at: path, next: "Give another path with --journal")
        case .newerFormat(let path, let format):
            Fault(
                .invalid, "the journal has format \(format), and this version knows format \(JournalFormat.version)",
                at: path, next: "Use the newer handover that wrote it")
        case .unusable(let path, let what):
            Fault(
                .unavailable, "the journal cannot be used: \(what)", at: path,
                next: "Nothing was done. Mend that and try again")
        case .busy(let path):
            Fault(
                .unavailable, "another process has kept the journal locked for 5 s", at: path,
                next: "Nothing was done. `handover runs` shows who carries out a run; let it finish or end it")
        case .poisoned(let path, let what):
            Fault(
                .unavailable, "writing the journal failed: \(what)", at: path,
                next: "Mend that, then `handover resume`: what was under way is looked at first")
        case .behind(let path, let head, let promised):
            Fault(
                .invalid, "the journal ends at sequence \(head), but \(promised) was promised", at: path,
                next: "Put back the newest copy with its -wal file; if it is lost for good, remove \(path).head")
        case .replaced(let path, let what):
            Fault(
                .invalid, "the journal was replaced: \(what)", at: path,
                next: "Put the right file back, with its -wal; or begin anew to read the one that is there")
        case .damaged(let path, let sequence, let what):
            Fault(
                .invalid, what, at: sequence.map { "\(path) sequence \($0)" } ?? path,
                next: "`handover journal verify` tells where; keep this file and go on from a copy or an export")
        case .headMoved(let head):
            Fault(.conflict, "somebody else appended", at: "journal sequence \(head.sequence)", next: "Try again")
        case .badLine(let path, let line, let what):
            Fault(.invalid, what, at: "\(path):\(line)", next: "Import a file that `handover journal export` wrote")
        }
    }
}

extension JournalError: CustomStringConvertible {
    package var description: String { fault.description }
}
