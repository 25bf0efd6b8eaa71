import FailoverModel

extension Runbook.Kind {
    /// What a run of it is in the journal.
    var runKind: RunStarted.Kind {
        switch self {
        case .move: .runbook
        case .drill: .drill
        }
    }
}
