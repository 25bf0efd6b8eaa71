package import FailoverModel

/// What became of the writer's rows, counted on the primary of now against the log of acknowledgements.
package struct WriterReport: Equatable, Sendable {
    /// One row the writer was told is safe.
    package struct Acknowledgement: Equatable, Sendable {
        package var number: Int64
        package var at: Moment
        package var site: String
    }

    /// In the order in which they came.
    package var acknowledgements: [Acknowledgement]
    /// The primary the rows were counted on.
    package var primary: String
    /// How many different numbers are there, acknowledged or not.
    package var present: Int
    /// Acknowledged, and not there.
    package var lost: [Int64]
    /// There more than once.
    package var duplicated: [Int64]

    package var acknowledged: Int { acknowledgements.count }
    package var lastAcknowledgedAt: Moment? { acknowledgements.last?.at }

    init(acknowledgements: [Acknowledgement], present rows: [Int64], primary: String) {
        self.acknowledgements = acknowledgements
        self.primary = primary
        var counts: [Int64: Int] = [:]
        for row in rows { counts[row, default: 0] += 1 }
        present = counts.count
        lost = acknowledgements.map(\.number).filter { counts[$0] == nil }
        duplicated = counts.filter { $0.value > 1 }.keys.sorted()
    }

    /// Reads the writer's log; a last line that was cut off by a kill was not told to anybody.
    static func acknowledgements(in log: String) -> [Acknowledgement] {
        guard let end = log.lastIndex(of: "\n") else { return [] }
        return log[..<end].split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard words.count == 3, let number = Int64(words[0]), let time = Int64(words[1]) else { return nil }
            return Acknowledgement(number: number, at: Moment(microseconds: time), site: String(words[2]))
        }
    }
}
