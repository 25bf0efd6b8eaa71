package import FailoverModel

/// A point in the journal as `?at=` gives it: an entry's sequence, or a time in UTC.
package enum PagePoint: Hashable, Sendable {
    case sequence(Int64)
    /// The last entry at or before it.
    case time(Moment)

    /// `118`, `2026-11-23T03:12:45Z`, and what a browser's field for a time gives (`2026-11-23T03:12`).
    package init?(_ text: String) {
        if let sequence = Int64(text), sequence >= 0 {
            self = .sequence(sequence)
        } else if let moment = Moment(text) ?? Moment("\(text)Z") ?? Moment("\(text):00Z") {
            self = .time(moment)
        } else {
            return nil
        }
    }

    /// As a query takes it.
    var text: String {
        switch self {
        case .sequence(let sequence): "\(sequence)"
        case .time(let moment): moment.description
        }
    }
}
