import FailoverModel
import JournalStore

extension CommandFailure {
    /// `nil` for what is not an error of the journal.
    static func ofJournal(_ error: any Error) -> CommandFailure? {
        guard let error = error as? JournalError else { return nil }
        var failure = CommandFailure(error.fault)
        switch error {
        case .damaged, .behind, .replaced:
            failure.kind = "damaged"
            failure.status = .journalDamaged
        case .busy:
            failure.kind = "held"
            failure.status = .held
        case .missing, .foreign, .newerFormat, .unusable, .badLine: failure.status = .badInput
        case .poisoned, .headMoved: failure.status = .stopped
        }
        return failure
    }
}
