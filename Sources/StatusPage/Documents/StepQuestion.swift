import Crypto
package import FailoverModel
import JournalStore

/// What a step asks of a person at this moment: the same for the page that shows it and for the answer that comes back, so
/// that nobody says yes to something they have not read.
package struct StepQuestion: Equatable, Sendable {
    package enum Kind: String, Equatable, Sendable {
        case asked, denied
        /// A safety rule that a person may answer for refused it.
        case refused
    }

    package var run: String
    package var step: PlannedStep
    package var kind: Kind
    package var text: String
    /// What a yes takes responsibility for.
    package var accepts: [String]
    /// What a promotion would lose, in words, where that is known.
    package var loss: String?

    /// `nil` where the step waits for nobody's answer.
    package init?(_ state: RunState, step: PlannedStep) {
        guard state.direction == .forward, !state.standing.isOver else { return nil }
        let record = state.record(step.id)
        switch record.standing {
        case .asked: kind = .asked
        case .denied: kind = .denied
        case .refused where record.refusal?.acceptance != nil: kind = .refused
        case .pending, .approved, .acting, .succeeded, .failed, .unknown, .refused, .deferred, .skipped, .doubted,
            .undoing, .undone, .undoFailed, .undoUnknown, .undoRefused, .undoDoubted, .left:
            return nil
        }
        run = state.id
        self.step = step
        text = kind == .refused ? record.sentence : step.approval ?? record.sentence
        loss = state.lossBefore(step)
        accepts = step.accepts + (record.refusal?.acceptance.map { [$0] } ?? [])
    }

    package static func all(_ state: RunState) -> [StepQuestion] {
        state.plan.steps.compactMap { StepQuestion(state, step: $0) }
    }

    /// What has to be typed for a yes: before the point of no return the name of the site.
    package var word: String? { step.isPivot ? step.site : nil }

    /// Changes with whatever a yes would mean.
    package var digest: String {
        let parts = [run, step.id, kind.rawValue, text] + accepts
        return Array(SHA256.hash(data: Array(parts.joined(separator: "\u{1F}").utf8)).prefix(16)).hexadecimal
    }
}
