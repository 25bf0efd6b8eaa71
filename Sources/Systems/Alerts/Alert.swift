/// Something that a person should know of: a check that fails, or one that does so no longer.
package struct Alert: Equatable, Sendable {
    package var result: CheckResult
    package var isOver: Bool

    package init(result: CheckResult, isOver: Bool) {
        self.result = result
        self.isOver = isOver
    }
}
