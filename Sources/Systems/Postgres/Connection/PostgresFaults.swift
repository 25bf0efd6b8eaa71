import FailoverModel

/// Turns what libpq and the server say into faults: the kind by SQLSTATE, the text in one short line without secrets.
///
/// Source of the codes: PostgreSQL 15, appendix A.
struct PostgresFaults {
    var place: String
    var secrets: [Secret]

    /// Opening failed. Nothing was asked of the server yet.
    func connecting(_ message: String) -> Fault {
        let text = redacted(message)
        guard let state = Self.sqlState(in: message) else {
            return Self.concernsCredentials(message)
                ? Fault(
                    .forbidden, "the connection was not allowed: \(text)", at: place,
                    next: "Check password, sslmode and certificates of this server in the topology")
                : Fault(
                    .unreachable, "no connection: \(text)", at: place,
                    next: "Check that the server runs and that this machine can reach its address and port")
        }
        switch state {
        case _ where state.hasPrefix("28") || state == "42501":
            return Fault(
                .forbidden, "the server does not let this role in: \(text)", at: place,
                next: "Check user and password in the topology, and pg_hba.conf on the server")
        case "57P03":
            return Fault(
                .throttled, "the server does not take connections yet: \(text)", at: place,
                next: "Wait until it has started or recovered", retryAfterMilliseconds: 500)
        case _ where state.hasPrefix("53"):
            return Fault(
                .unavailable, "the server is out of resources: \(text)", at: place,
                next: "Free connections (max_connections, max_wal_senders) on the server")
        case "3D000":
            return Fault(
                .invalid, "the database does not exist: \(text)", at: place,
                next: "Correct database in the topology")
        case _ where state.hasPrefix("57"):
            return Fault(
                .unreachable, "the server closed the connection: \(text)", at: place,
                next: "Check whether the server is shutting down")
        default:
            return Fault(
                .rejected, "the server refused the connection: \(text)", at: place,
                next: "Check user, database and settings of this server in the topology")
        }
    }

    /// The server answered a statement with an error.
    func statement(_ message: String, state: String, effect: StatementEffect) -> Fault {
        let text = "\(redacted(message)) (SQLSTATE \(state))"
        switch state {
        case "42501":
            return Fault(
                .forbidden, "the role lacks a privilege: \(text)", at: place,
                next: "Grant it: README, \"What PostgreSQL needs\", has the statements")
        case "57P03":
            return Fault(
                .throttled, "the server is not ready: \(text)", at: place, next: "Wait until it has started",
                retryAfterMilliseconds: 500)
        case "57014" where effect == .reads:
            return Fault(
                .unavailable, "the server cancelled the statement: \(text)", at: place,
                next: "Check what the server is busy with")
        case "57014", "57P01", "57P02", "57P05":
            return Fault(
                effect == .reads ? .unreachable : .uncertain, "the server ended the statement: \(text)", at: place,
                next: "Look at the server again before anything is repeated")
        case "40001", "40P01", "55P03", "55006":
            return Fault(
                .conflict, "somebody else holds it: \(text)", at: place, next: "Try again, or see who uses it")
        case _ where state.hasPrefix("08"): return lost(text, effect: effect)
        case _ where state.hasPrefix("53") || state.hasPrefix("58") || state.hasPrefix("XX"):
            return Fault(
                .unavailable, "the server has a problem of its own: \(text)", at: place,
                next: "See the server's log and its disk")
        default:
            return Fault(
                .rejected, "the server refused the statement: \(text)", at: place,
                next: "See the server's log for the reason")
        }
    }

    /// The connection broke while a statement was on its way.
    func lost(_ message: String, effect: StatementEffect) -> Fault {
        Fault(
            .uncertain, "the connection was lost in the middle of a statement: \(redacted(message))", at: place,
            next: effect == .reads
                ? "Nothing was changed; look again" : "Look at the server to see whether the statement took effect")
    }

    /// No answer in time.
    func timedOut(after limit: Duration, effect: StatementEffect, isCancelled: Bool) -> Fault {
        let reason = isCancelled ? "the wait for an answer was cancelled" : "no answer within \(limit)"
        return Fault(
            effect == .reads ? .unreachable : .uncertain, reason, at: place,
            next: effect == .reads
                ? "Nothing was changed; check the server and the way to it"
                : "Look at the server to see whether the statement took effect", silence: isCancelled ? nil : .late)
    }

    /// One line, at most 300 characters, no control characters, no known secret.
    func redacted(_ message: String) -> String {
        var text = message
        for secret in secrets {
            let value = secret.reveal()
            if !value.isEmpty { text = text.replacingEvery(value, with: "<secret>") }
        }
        // libpq's second line of a refused connection is a hint that begins with a tab.
        let lines = text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("LOCATION:") && !$0.hasPrefix("\t") }
        let line = lines.map { $0.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ") }
            .joined(separator: "; ")
        let printable = String(
            line.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : Character($0) })
        return printable.count > 300 ? printable.prefix(297) + "…" : printable
    }

    /// The last SQLSTATE in a verbose libpq message: `FATAL:  28P01: password …`.
    static func sqlState(in message: String) -> String? {
        message.split(whereSeparator: \.isNewline).reversed().lazy.compactMap { line -> String? in
            if line.hasPrefix("LOCATION:") { return nil }
            let parts = line.split(separator: ":").map { $0.drop { $0 == " " } }
            return parts.dropLast().first { part in
                part.utf8.count == 5 && part.contains(where: \.isNumber)
                    && part.allSatisfy { ($0.isNumber || ($0.isUppercase && $0.isLetter)) && $0.isASCII }
            }.map(String.init)
        }.first
    }

    private static func concernsCredentials(_ message: String) -> Bool {
        let text = message.lowercased()
        if text.contains("ssl syscall") || text.contains("closed the connection") { return false }
        return ["ssl", "certificate", "password", "authentication", "channel binding", "scram"]
            .contains { text.contains($0) }
    }
}

/// Whether a statement changes anything on the server; decides what a lost answer means.
package enum StatementEffect: Equatable, Sendable {
    case reads
    case changes
}

extension String {
    fileprivate func replacingEvery(_ part: String, with other: String) -> String {
        var result = ""
        var rest = self[...]
        while let range = rest.firstRange(of: part) {
            result += rest[..<range.lowerBound] + other
            rest = rest[range.upperBound...]
        }
        return result + rest
    }
}
