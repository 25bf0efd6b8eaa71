import FailoverModel

/// What makes a stopped server a standby of the primary, from its files on.
struct RejoinTask: Sendable {
    enum Way: String, Sendable {
        /// Its log ends on the primary's history: it only has to be told whom to follow.
        case follow
        /// What it has beyond the fork is taken out of it with pg_rewind.
        case rewind
        /// It is copied anew with pg_basebackup.
        case rebuild
    }

    var way: Way
    /// Run and step, so that it is known whose work this is.
    var key: String
    /// What the control file must say immediately before; `nil` where there is no cluster.
    var systemIdentifier: String?
    var checkpoint: LogPosition?
    /// The identifier that a copy must have.
    var sourceIdentifier: String
    /// Where to rewind from: a connection string without a password.
    var rewindSource: String
    /// Where to copy from: a connection string without a password.
    var copySource: String
    var slot: String
    /// Lines for postgresql.auto.conf; may hold the password of replication.
    var settings: String
    /// Lines of a .pgpass file; there only while the task runs.
    var passwordLines: String
    /// Where the log beyond the fork begins, if it is to be kept aside.
    var keep: (timeline: Int64, position: LogPosition)?
    /// Whether the server is started when its files are as they should be; else somebody else does that.
    var isToStart = true
    /// What is dumped before a rewind.
    var tables: [KeptTables] = []
    /// A role that the database surely has: by it the name of a superuser is found out.
    var role = ""
    var secrets: [Secret]

    /// How a task ends; the numbers are those of its script.
    enum Ending {
        static let identityDiffers: Int64 = 10
        static let rewindImpossible: Int64 = 11
        static let rewindBroken: Int64 = 12
        static let copyFailed: Int64 = 13
        static let notEmpty: Int64 = 14
        static let notStarted: Int64 = 15
        static let notRecovered: Int64 = 16
        static let notKept: Int64 = 17
        static let notDumped: Int64 = 18
    }
}

/// Tables of one database that only the diverged server has as they are.
struct KeptTables: Equatable, Sendable {
    var database: String
    /// As `pg_dump -t` takes them.
    var tables: [String]

    /// Taken by a person who goes on without them.
    static func acceptance(at site: String) -> String { "\(site)-without-tables" }

    /// Those that the step names.
    static func of(_ context: StepContext) throws(Fault) -> [KeptTables] {
        try of(
            (context.parameters["keepTables"]?.elements ?? []).compactMap(\.text),
            at: "step \(context.step), keepTables")
    }

    /// From the texts `DATABASE/SCHEMA.TABLE` of a step; throws `.invalid` where one is none.
    static func of(_ texts: [String], at place: String) throws(Fault) -> [KeptTables] {
        var kept: [KeptTables] = []
        for text in texts {
            let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, !parts[1].isEmpty, !parts[0].isEmpty,
                parts[0].allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "_-".contains($0)) }),
                text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
            else {
                throw Fault(
                    .invalid,
                    "keepTables is of texts like synapse/public.events, and this is \(text.onOneLine(limit: 100))",
                    at: place, next: "Write a database, a slash, a schema, a point and a table")
            }
            if let index = kept.firstIndex(where: { $0.database == parts[0] }) {
                kept[index].tables.append(parts[1])
            } else {
                kept.append(KeptTables(database: parts[0], tables: [parts[1]]))
            }
        }
        return kept
    }
}

extension PostgresTarget {
    /// A line of a .pgpass file (PostgreSQL 15 §34.16), with what has a meaning there escaped.
    static func passwordLine(host: String, port: Int, user: String, password: Secret) -> String {
        func escaped(_ text: String) -> String { text.map { ":\\".contains($0) ? "\\\($0)" : String($0) }.joined() }
        return "\(escaped(host)):\(port):*:\(escaped(user)):\(escaped(password.reveal()))\n"
    }
}
