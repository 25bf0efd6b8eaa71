import FailoverModel
import RunEngine

extension RunJournal {
    /// Who has answered the newest question of a step, and what, in a sentence; `nil` while it is open.
    func answer(to step: String, of run: String) async -> String? {
        guard let entries = try? await entries(run: run) else { return nil }
        for entry in entries.reversed() {
            guard let event = try? Event(entry), event.step == step else { continue }
            switch event {
            case .stepApproved, .stepDenied, .stepSkipped, .stepDecided: return event.sentence(by: entry.actor)
            case .approvalRequested: return nil
            default: continue
            }
        }
        return nil
    }
}
