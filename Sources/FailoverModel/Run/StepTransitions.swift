/// The state machine of a step as a table: what may happen when, and what it means.
package struct StepTransition: Hashable, Sendable {
    package var from: StepStanding
    package var trigger: StepTrigger
    package var to: StepStanding
    /// One sentence for people.
    package var sentence: String
}

package enum StepTransitions {
    /// Every legal transition; whatever is not here is refused.
    package static let table: [StepTransition] = rows.flatMap { row in
        row.from.map { StepTransition(from: $0, trigger: row.trigger, to: row.to, sentence: row.sentence) }
    }

    package static func standing(after trigger: StepTrigger, from: StepStanding) -> StepStanding? {
        next[Key(from, trigger)]
    }

    private struct Row {
        var from: [StepStanding]
        var trigger: StepTrigger
        var to: StepStanding
        var sentence: String
    }

    private struct Key: Hashable {
        var from: StepStanding
        var trigger: StepTrigger
        init(_ from: StepStanding, _ trigger: StepTrigger) {
            self.from = from
            self.trigger = trigger
        }
    }

    private static let next: [Key: StepStanding] =
        Dictionary(table.map { (Key($0.from, $0.trigger), $0.to) }) { first, _ in first }

    /// The step may be looked at (again) and taken.
    private static let open: [StepStanding] = [.pending, .approved, .acting, .failed, .unknown, .refused]
    /// It may have had an effect, so a rollback has to look at it.
    private static let touched: [StepStanding] = [
        .pending, .approved, .acting, .succeeded, .failed, .unknown, .refused, .denied, .doubted, .asked, .deferred,
        .skipped,
    ]
    private static let goingBack: [StepStanding] = [.undoing, .undoFailed, .undoUnknown, .undoRefused]

    private static let rows: [Row] = [
        Row(
            from: [.pending, .asked, .failed, .unknown, .refused], trigger: .ask, to: .asked,
            sentence: "A person is asked whether the step may be done."),
        Row(
            from: [.pending, .asked, .denied, .refused], trigger: .approve, to: .approved,
            sentence: "A named person says yes and takes the responsibility."),
        Row(
            from: [.pending, .asked, .approved, .refused], trigger: .deny, to: .denied,
            sentence: "A named person says no; the run waits there."),
        Row(from: open, trigger: .intend, to: .acting, sentence: "The intent is durable; the step is being done."),
        Row(from: open, trigger: .succeed, to: .succeeded, sentence: "It was seen to be done."),
        Row(from: open, trigger: .fail, to: .failed, sentence: "It did not work, and that is certain."),
        Row(
            from: open, trigger: .lose, to: .unknown,
            sentence: "Nobody can say whether it worked; it will be looked at."),
        Row(from: open, trigger: .refuse, to: .refused, sentence: "A safety rule forbids it as things are."),
        Row(from: open, trigger: .defer, to: .deferred, sentence: "The site is away; the step is owed to it."),
        Row(
            from: [.pending, .approved, .acting, .unknown, .failed], trigger: .doubt, to: .doubted,
            sentence: "It cannot be observed; a person must say what happened."),
        Row(
            from: [.pending, .asked, .approved, .denied, .acting, .failed, .unknown, .refused, .doubted],
            trigger: .skip, to: .skipped, sentence: "A named person leaves it out, with a reason."),
        Row(
            from: [.doubted, .acting, .unknown, .failed], trigger: .decideDone, to: .succeeded,
            sentence: "A named person says that it was done."),
        Row(
            from: [.doubted, .acting, .unknown, .failed], trigger: .decideNotDone, to: .pending,
            sentence: "A named person says that it was not done; it will be done."),
        Row(
            from: touched + goingBack, trigger: .intendUndo, to: .undoing,
            sentence: "The intent to undo is durable; the step is being undone."),
        Row(from: touched + goingBack, trigger: .undo, to: .undone, sentence: "It was seen to be undone."),
        Row(
            from: touched + goingBack, trigger: .failUndo, to: .undoFailed,
            sentence: "Undoing did not work, and that is certain."),
        Row(
            from: touched + goingBack, trigger: .loseUndo, to: .undoUnknown,
            sentence: "Nobody can say whether undoing worked; it will be looked at."),
        Row(
            from: touched + goingBack, trigger: .refuseUndo, to: .undoRefused,
            sentence: "A safety rule forbids undoing it as things are."),
        Row(
            from: touched + goingBack, trigger: .doubtUndo, to: .undoDoubted,
            sentence: "Undoing cannot be observed; a person must say what happened."),
        Row(
            from: touched + goingBack + [.undoDoubted], trigger: .leave, to: .left,
            sentence: "A named person leaves it as it is, with a reason."),
        Row(
            from: [.undoDoubted, .undoing, .undoUnknown, .undoFailed], trigger: .decideUndone, to: .undone,
            sentence: "A named person says that it is undone."),
        Row(
            from: [.undoDoubted, .undoing, .undoUnknown, .undoFailed], trigger: .decideNotUndone, to: .undoFailed,
            sentence: "A named person says that it is not undone; it will be."),
    ]

    /// The table as people read it, one line a transition.
    package static var printed: String {
        table.map { "\($0.from.rawValue) --\($0.trigger.rawValue)--> \($0.to.rawValue): \($0.sentence)" }
            .joined(separator: "\n")
    }
}
