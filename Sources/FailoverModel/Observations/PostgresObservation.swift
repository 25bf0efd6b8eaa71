/// One PostgreSQL server as it was seen in one moment. Holds no secret: connection strings are taken apart first.
///
/// Source of every field: PostgreSQL 15 §28.2, §54.19 and §9.27; the queries are in `Systems/Postgres`.
package struct PostgresObservation: Equatable, Sendable {
    /// `pg_control_system()`; the same for a primary and all its standbys.
    package var systemIdentifier: String
    package var serverVersion: Int64
    /// `pg_is_in_recovery()`: true for a standby.
    package var isInRecovery: Bool
    /// The timeline being written (primary) or replayed (standby).
    package var timeline: Int64
    /// Primary: flushed. Standby: the greater of received and replayed.
    package var position: LogPosition
    package var replayed: LogPosition?
    /// Commit time of the last transaction replayed (standby).
    package var lastTransactionAt: Moment?
    /// `default_transaction_read_only`.
    package var isReadOnlyByDefault: Bool
    package var synchronousStandbyNames: String
    /// Sessions of other users that could write.
    package var foreignSessions: Int64
    package var receiver: Receiver?
    package var senders: [Sender]
    package var slots: [Slot]

    /// `pg_stat_wal_receiver`, of a standby.
    package struct Receiver: Equatable, Sendable {
        package var status: String
        package var timeline: Int64
        package var senderHost: String
        package var senderPort: Int64
        package var slot: String?
        package var lastMessageAt: Moment?

        package init(
            status: String, timeline: Int64, senderHost: String, senderPort: Int64, slot: String?,
            lastMessageAt: Moment?
        ) {
            self.status = status
            self.timeline = timeline
            self.senderHost = senderHost
            self.senderPort = senderPort
            self.slot = slot
            self.lastMessageAt = lastMessageAt
        }
    }

    /// A row of `pg_stat_replication`.
    package struct Sender: Equatable, Sendable {
        package var applicationName: String
        package var state: String
        package var replayed: LogPosition?
        package var lagBytes: Int64?

        package init(applicationName: String, state: String, replayed: LogPosition?, lagBytes: Int64?) {
            self.applicationName = applicationName
            self.state = state
            self.replayed = replayed
            self.lagBytes = lagBytes
        }
    }

    /// A row of `pg_replication_slots`.
    package struct Slot: Equatable, Sendable {
        package var name: String
        package var isActive: Bool
        package var walStatus: String?
        package var retainedBytes: Int64?

        package init(name: String, isActive: Bool, walStatus: String?, retainedBytes: Int64?) {
            self.name = name
            self.isActive = isActive
            self.walStatus = walStatus
            self.retainedBytes = retainedBytes
        }
    }

    package init(
        systemIdentifier: String, serverVersion: Int64, isInRecovery: Bool, timeline: Int64, position: LogPosition,
        replayed: LogPosition?, lastTransactionAt: Moment?, isReadOnlyByDefault: Bool, synchronousStandbyNames: String,
        foreignSessions: Int64, receiver: Receiver?, senders: [Sender], slots: [Slot]
    ) {
        self.systemIdentifier = systemIdentifier
        self.serverVersion = serverVersion
        self.isInRecovery = isInRecovery
        self.timeline = timeline
        self.position = position
        self.replayed = replayed
        self.lastTransactionAt = lastTransactionAt
        self.isReadOnlyByDefault = isReadOnlyByDefault
        self.synchronousStandbyNames = synchronousStandbyNames
        self.foreignSessions = foreignSessions
        self.receiver = receiver
        self.senders = senders
        self.slots = slots
    }
}
