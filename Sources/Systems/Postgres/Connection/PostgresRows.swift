package import FailoverModel

/// The rows a statement returned, all values as text.
package struct PostgresRows: Equatable, Sendable {
    package var columns: [String]
    package var rows: [[String?]]
    /// Where they came from, for faults.
    package var place: String

    package init(columns: [String], rows: [[String?]], place: String) {
        self.columns = columns
        self.rows = rows
        self.place = place
    }

    package var count: Int { rows.count }

    /// The rows as `Row`, for reading by column name.
    package var all: [Row] { rows.map { Row(columns: columns, values: $0, place: place) } }

    /// The first row, which the statement must have returned.
    package func one() throws(Fault) -> Row {
        guard let first = rows.first else {
            throw Fault(
                .invalid, "the server returned no row where one was due", at: place,
                next: "Check that this is a PostgreSQL server of version 13 or later")
        }
        return Row(columns: columns, values: first, place: place)
    }

    /// One row; readers that must not be NULL throw `Fault(.invalid)`.
    package struct Row: Equatable, Sendable {
        var columns: [String]
        var values: [String?]
        var place: String

        package func text(_ column: String) -> String? {
            columns.firstIndex(of: column).flatMap { $0 < values.count ? values[$0] : nil }
        }

        package func integer(_ column: String) -> Int64? { text(column).flatMap { Int64($0) } }
        package func flag(_ column: String) -> Bool { text(column) == "t" }
        package func position(_ column: String) -> LogPosition? { text(column).flatMap { LogPosition($0) } }

        /// A column of microseconds since 1970.
        package func moment(_ column: String) -> Moment? { integer(column).map { Moment(microseconds: $0) } }

        package func required<Value>(_ column: String, _ read: (String) -> Value?) throws(Fault) -> Value {
            guard let value = read(column) else {
                throw Fault(
                    .invalid, "the server's answer has no usable \(column)", at: place,
                    next: "Check that the role has pg_monitor and that the server's version is 13 or later")
            }
            return value
        }
    }
}
