import FailoverModel
import Glibc

extension PostgresSite {
    /// Makes the first site's cluster with initdb.
    func initialise() async throws {
        let passwordFile = "\(dataRoot)/superuser.password"
        try SmallFile.write(files.readSecret("postgres") + "\n", to: passwordFile, owner: account)
        defer { unlink(passwordFile) }
        let log = files.log("\(name)-initdb")
        try await program(
            "initdb",
            [
                "-D", data, "--username=postgres", "--auth=scram-sha-256", "--pwfile=\(passwordFile)",
                "--data-checksums", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions",
            ], log: log
        ).succeed(within: .seconds(60), next: "See \(log)")
        try writeAccessRules()
        try append("include 'rehearsal.conf'\n", to: "\(data)/postgresql.conf")
        try writeSettings()
    }

    /// Copies `primary` into this site's directory as a hot standby that streams through its slot.
    func copy(of primary: PostgresSite) async throws {
        let log = files.log("\(name)-basebackup")
        try await program(
            "pg_basebackup",
            [
                "-h", "127.0.0.1", "-p", String(primary.port), "-U", "replicator", "-w", "-D", data,
                "-X", "stream", "-c", "fast", "-S", slot, "--no-sync",
            ], environment: ["PGPASSFILE": passwordFile, "PGSSLMODE": "disable"], log: log
        ).succeed(within: .seconds(120), next: "See \(log) and \(primary.log)")
        try writeSettings()
        try SmallFile.write("", to: "\(data)/standby.signal", owner: account)
        // Written where ALTER SYSTEM writes, so that what Handover sets later replaces it.
        let upstream =
            "host=127.0.0.1 port=\(primary.port) user=replicator passfile=\(passwordFile.quotedForConnection) "
            + "application_name=\(name) sslmode=disable"
        try append(
            """
            primary_conninfo = '\(upstream.replacing("\\", with: "\\\\").replacing("'", with: "''"))'
            primary_slot_name = '\(slot)'

            """, to: "\(data)/postgresql.auto.conf")
    }

    /// The settings of this site, next to the ones initdb wrote.
    private func writeSettings() throws {
        try SmallFile.write(
            """
            cluster_name = '\(name)'
            port = \(port)
            listen_addresses = '127.0.0.1'
            unix_socket_directories = ''
            # The rehearsal kills processes; it does not cut the power. What a killed process wrote is with the kernel,
            # so nothing is lost without fsync, and a laptop's disk is left in peace.
            fsync = off
            full_page_writes = on
            wal_level = replica
            wal_log_hints = on
            hot_standby = on
            max_connections = 60
            max_wal_senders = 10
            max_replication_slots = 10
            # A slot of a site that stays away may not fill the disk; what a rewind needs is kept.
            max_slot_wal_keep_size = '512MB'
            wal_keep_size = '128MB'
            wal_retrieve_retry_interval = '500ms'
            wal_receiver_status_interval = '1s'
            shared_buffers = '16MB'
            # Kept in the data directory: a killed server leaves nothing in /dev/shm.
            dynamic_shared_memory_type = mmap
            log_line_prefix = '%m [%p] %q%u@%d '
            password_encryption = 'scram-sha-256'

            """, to: "\(data)/rehearsal.conf", owner: account)
    }

    /// Exactly the doors that are used; the same at every site, as the base backup copies them.
    private func writeAccessRules() throws {
        try SmallFile.write(
            """
            # TYPE  DATABASE     USER        ADDRESS       METHOD
            host    all          postgres    127.0.0.1/32  scram-sha-256
            host    postgres     handover    127.0.0.1/32  scram-sha-256
            host    synapse      handover    127.0.0.1/32  scram-sha-256
            host    replication  handover    127.0.0.1/32  scram-sha-256
            host    replication  replicator  127.0.0.1/32  scram-sha-256
            host    synapse      synapse     127.0.0.1/32  scram-sha-256

            """, to: "\(data)/pg_hba.conf", owner: account)
    }

    private func append(_ text: String, to path: String) throws {
        let content = SmallFile.text(at: path) ?? ""
        try SmallFile.write(content + text, to: path, owner: account)
    }
}

extension String {
    /// As a value in a libpq connection string.
    fileprivate var quotedForConnection: String {
        "'\(replacing("\\", with: "\\\\").replacing("'", with: "\\'"))'"
    }
}
