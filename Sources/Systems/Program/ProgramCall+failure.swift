import FailoverModel

/// Of the statuses of sysexits.h those that a program may end with.
enum ProgramStatus {
    static let unreachable: Int32 = 69
    static let later: Int32 = 75
    static let forbidden: Int32 = 77
}

extension ProgramCall.Ended {
    /// What an ending means that says neither yes nor no.
    func failure(at place: String, changes: Bool, next: String) -> Fault {
        let said = sentence.isEmpty ? "and said nothing" : "and said: \(sentence)"
        guard let status else {
            return Fault(
                changes ? .uncertain : .unavailable, "a signal ended it, \(said)", at: place,
                next: "See who ended it, then resume")
        }
        let what = "it ended with \(status), \(said)"
        switch status {
        case ProgramStatus.unreachable: return Fault(.unreachable, what, at: place, next: next)
        case ProgramStatus.later: return Fault(.throttled, what, at: place, next: next)
        case ProgramStatus.forbidden: return Fault(.forbidden, what, at: place, next: next)
        default: return Fault(.rejected, what, at: place, next: next)
        }
    }
}
