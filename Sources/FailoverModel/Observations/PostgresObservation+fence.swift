extension PostgresObservation {
    /// The name no standby has: a primary waiting for it acknowledges no commit.
    package static let fenceStandbyName = "handover-fence"

    /// Whether this primary was made to acknowledge no writes: read-only by default, and waiting for nobody but a standby
    /// that does not exist.
    package var isFenced: Bool {
        !isInRecovery && isReadOnlyByDefault
            && synchronousStandbyNames.filter { $0 != "\"" && $0 != " " } == Self.fenceStandbyName
    }
}
