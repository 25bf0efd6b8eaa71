/// How much a promotion throws away: what the old primary had recorded and the new one does not have.
///
/// Every figure is `nil` where nobody knows it, and is then called "unknown"; 0 is said only where 0 was measured.
package struct LossEstimate: Equatable, Sendable {
    /// Bytes of write-ahead log that the old primary had and the new one has not.
    package var bytes: Int64?
    /// Time between the last transaction that is kept and the last look at the old primary.
    package var milliseconds: Int64?
    /// Commit time of the last transaction that is kept.
    package var lastTransactionAt: Moment?
    /// When the old primary was last looked at, where it may have written since: the figures are then the least there is.
    package var isAtLeastAsOf: Moment?

    package init(
        bytes: Int64? = nil, milliseconds: Int64? = nil, lastTransactionAt: Moment? = nil, isAtLeastAsOf: Moment? = nil
    ) {
        self.bytes = bytes
        self.milliseconds = milliseconds
        self.lastTransactionAt = lastTransactionAt
        self.isAtLeastAsOf = isAtLeastAsOf
    }

    /// Nothing is known of the old primary but what the standbys have.
    package static func unknown(lastTransactionAt: Moment?) -> LossEstimate {
        LossEstimate(lastTransactionAt: lastTransactionAt)
    }

    /// The old primary takes no more writes and the new one has all of it.
    package static func none(lastTransactionAt: Moment?) -> LossEstimate {
        LossEstimate(bytes: 0, milliseconds: 0, lastTransactionAt: lastTransactionAt)
    }

    /// From the last recorded look at an old primary that may have gone on writing since.
    package static func since(
        _ recorded: LogPosition, at seen: Moment, kept: LogPosition, lastTransactionAt: Moment?
    ) -> LossEstimate {
        let bytes = Int64(clamping: recorded.bytesAhead(of: kept))
        let milliseconds = bytes == 0 ? 0 : lastTransactionAt.map { max(0, seen.milliseconds(since: $0)) }
        return LossEstimate(
            bytes: bytes, milliseconds: milliseconds, lastTransactionAt: lastTransactionAt, isAtLeastAsOf: seen)
    }
}

extension LossEstimate {
    package var json: JSONValue {
        [
            "bytes": JSONValue(bytes), "milliseconds": JSONValue(milliseconds),
            "lastTransactionAt": JSONValue(lastTransactionAt?.microseconds),
            "isAtLeastAsOf": JSONValue(isAtLeastAsOf?.microseconds),
        ]
    }

    package init(json: JSONValue) {
        self.init(
            bytes: json["bytes"]?.integer, milliseconds: json["milliseconds"]?.integer,
            lastTransactionAt: json["lastTransactionAt"]?.integer.map { Moment(microseconds: $0) },
            isAtLeastAsOf: json["isAtLeastAsOf"]?.integer.map { Moment(microseconds: $0) })
    }
}

extension LossEstimate: CustomStringConvertible {
    package var description: String {
        let last = lastTransactionAt.map(\.description) ?? "unknown"
        let least = isAtLeastAsOf == nil ? "" : "at least "
        let size = bytes.map { "\(least)\($0) bytes" } ?? "unknown bytes"
        let time = milliseconds.map { "\(least)\($0 / 1000).\(Self.padded($0 % 1000)) s" } ?? "unknown time"
        let since = isAtLeastAsOf.map { "; what the old primary wrote after \($0) is unknown" } ?? ""
        return "loss: \(size), \(time), last transaction kept: \(last)\(since)"
    }

    private static func padded(_ thousandths: Int64) -> String {
        let digits = String(thousandths)
        return String(repeating: "0", count: 3 - digits.count) + digits
    }
}
