import ArgumentParser
import FailoverModel

/// A point in the journal as a person gives it: a sequence, or a time in RFC 3339.
enum JournalPoint: Equatable, ExpressibleByArgument {
    case sequence(Int64)
    /// The last entry at or before it.
    case time(Moment)

    init?(argument: String) {
        if let sequence = Int64(argument), sequence >= 0 {
            self = .sequence(sequence)
        } else if let moment = TimeText.moment(argument) {
            self = .time(moment)
        } else {
            return nil
        }
    }
}
