/// Why a timeline cannot be made from these entries.
package struct TimelineFailure: Error, Equatable, Sendable, CustomStringConvertible {
    package var what: String
    package var sequence: Int64?

    package init(_ what: String, sequence: Int64? = nil) {
        self.what = what
        self.sequence = sequence
    }

    package var description: String {
        (sequence.map { "journal sequence \($0): " } ?? "") + what
            + ". Give all entries of one run; `handover journal verify` tells whether the journal is sound"
    }
}
