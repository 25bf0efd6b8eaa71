/// Everything a connection is opened with. Handed to libpq as keyword and value arrays, never as one string.
package struct PostgresConnectionSettings: Sendable {
    /// What kind of session the server is asked for (PostgreSQL 15 §34.1.2, `replication`).
    package enum Mode: Equatable, Sendable {
        /// Ordinary SQL with parameters.
        case sql
        /// The replication protocol as a standby's receiver speaks it; matches `replication` lines of pg_hba.conf.
        case physicalReplication
        /// The replication protocol inside a database; matches the same pg_hba.conf lines as `sql`.
        case databaseReplication
    }

    package var host: String
    package var port: Int
    package var user: String
    package var database: String
    package var password: Secret?
    package var sslMode: String?
    package var sslRootCertificate: String?
    package var applicationName: String
    package var mode: Mode
    /// The server's own limit for a statement; `nil` leaves it without one.
    package var statementTimeout: Duration?
    /// How the server is called in faults: `dc1/main`.
    package var place: String
    /// How long opening may take.
    package var connectLimit: Duration

    package init(
        host: String, port: Int, user: String, database: String, password: Secret? = nil, sslMode: String? = nil,
        sslRootCertificate: String? = nil, applicationName: String, mode: Mode = .sql,
        statementTimeout: Duration? = .seconds(30), place: String, connectLimit: Duration = .seconds(5)
    ) {
        self.host = host
        self.port = port
        self.user = user
        self.database = database
        self.password = password
        self.sslMode = sslMode
        self.sslRootCertificate = sslRootCertificate
        self.applicationName = applicationName
        self.mode = mode
        self.statementTimeout = statementTimeout
        self.place = place
        self.connectLimit = connectLimit
    }

    /// libpq's keywords. `synchronous_commit=local` keeps our own statements from waiting for standbys that are gone.
    var keywords: [(name: String, value: String)] {
        var pairs: [(String, String)] = [
            ("host", host), ("port", String(port)), ("user", user), ("application_name", applicationName),
            ("connect_timeout", String(max(2, connectLimit.components.seconds))), ("tcp_user_timeout", "10000"),
            ("keepalives", "1"), ("keepalives_idle", "5"), ("keepalives_interval", "5"), ("keepalives_count", "3"),
            ("client_encoding", "UTF8"), ("gssencmode", "disable"),
        ]
        if let password { pairs.append(("password", password.reveal())) }
        if let sslMode { pairs.append(("sslmode", sslMode)) }
        if let sslRootCertificate { pairs.append(("sslrootcert", sslRootCertificate)) }
        switch mode {
        case .sql:
            let limit = statementTimeout.map(\.wholeMilliseconds) ?? 0
            pairs.append(("dbname", database))
            pairs.append(("options", "-c statement_timeout=\(limit) -c synchronous_commit=local -c datestyle=ISO"))
        case .physicalReplication:
            pairs.append(("replication", "true"))
            pairs.append(("options", ""))
        case .databaseReplication:
            pairs.append(("dbname", database))
            pairs.append(("replication", "database"))
            pairs.append(("options", ""))
        }
        return pairs
    }
}

extension Duration {
    /// Rounded up, at least 1.
    var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        return max(1, seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
