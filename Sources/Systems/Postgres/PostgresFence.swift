import FailoverModel

/// The soft fence of an old primary: new transactions are read-only, and a writer that switches that off still gets no
/// commit acknowledged, because it waits for a synchronous standby that does not exist.
///
/// It holds against applications, not against somebody who means it: a superuser undoes it, and a client that switches
/// read-only off and then cancels its waiting COMMIT is told (with a warning) that it committed. So it is to be followed
/// by stopping the server.
package enum PostgresFence {
    /// No standby calls itself so.
    package static let standbyName = PostgresObservation.fenceStandbyName
    /// The value of `synchronous_standby_names`; quoted, because of the hyphen.
    static let synchronousStandbyNames = "\"\(standbyName)\""

    /// The names come first, so that nothing is read-only yet still acknowledged.
    static let settings = [
        ("synchronous_standby_names", synchronousStandbyNames), ("default_transaction_read_only", "on"),
    ]
}
