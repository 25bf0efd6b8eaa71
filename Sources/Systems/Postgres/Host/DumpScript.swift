/// Dumps tables of a server that has parted from the primary, before what only it has is taken out of it.
///
/// It is started for that where nobody can reach or write to it: as a standby of nobody, so that it reads its log to the end
/// and adds nothing to it; on no address; on a socket in a folder that only its own account may enter. It is stopped again in
/// good order, and is to pg_rewind what it was before.
enum DumpScript {
    static func text(_ tables: [KeptTables]) -> String {
        let calls = tables.enumerated().map { index, kept in
            let words = [String(index + 1), kept.database] + kept.tables
            return "    dump_database \(words.map(HostScripts.quoted).joined(separator: " ")) || return 1\n"
        }
        return server + "dump_tables() {\n" + calls.joined() + "    return 0\n}\n" + dump
    }

    private static let server = #"""
        # Left behind by a task that was killed.
        private_unmark() {
            [ -e "$W/marked" ] && rm -f "$D/standby.signal" "$W/marked"
            return 0
        }
        private_psql() { "$B/psql" -XAtq -h "$SOCKET" -p 5432 -d template1 "$@" </dev/null; }
        private_start() {
            SERVER=; SOCKET=
            SOCKET=$(mktemp -d "${TMPDIR:-/tmp}/handover-XXXXXX") || { echo "a folder for a socket cannot be made"; return 1; }
            printf 'local all all trust\n' >"$SOCKET/hba.conf" || return 1
            if [ ! -e "$D/standby.signal" ]; then
                : >"$W/marked" && : >"$D/standby.signal" && sync "$W" "$D" || return 1
            fi
            # A standby must not have less of these than the server had when it wrote the log.
            set --
            for pair in max_connections:max_connections max_worker_processes:max_worker_processes \
                max_wal_senders:max_wal_senders max_prepared_transactions:max_prepared_xacts \
                max_locks_per_transaction:max_locks_per_xact
            do set -- "$@" -c "${pair%:*}=$(control "$D" "${pair#*:} setting")"
            done
            dies=; setpriv --pdeathsig INT true 2>/dev/null && dies='setpriv --pdeathsig INT'
            $dies "$B/postgres" -D "$D" ${CONF:+-c "config_file=$CONF"} "$@" -c hot_standby=on -c primary_conninfo= \
                -c primary_slot_name= -c restore_command= -c archive_cleanup_command= -c recovery_target_timeline=current \
                -c archive_mode=off -c wal_keep_size=1000000 -c max_logical_replication_workers=0 -c listen_addresses= \
                -c port=5432 -c unix_socket_directories="$SOCKET" -c unix_socket_permissions=0700 \
                -c hba_file="$SOCKET/hba.conf" -c external_pid_file= -c ssl=off -c logging_collector=off \
                -c log_destination=stderr -c default_transaction_read_only=on >"$W/private.log" 2>&1 </dev/null &
            SERVER=$!
            tries=0
            until SUPERUSER=$(private_psql -U "$ROLE" -c \
                'SELECT rolname FROM pg_roles WHERE rolsuper AND rolcanlogin ORDER BY oid LIMIT 1' 2>"$W/private.error")
            do
                tries=$((tries + 1))
                if ! kill -0 "$SERVER" 2>/dev/null; then tail -n 3 "$W/private.log"; return 1; fi
                if [ "$tries" -gt 1500 ]; then cat "$W/private.error"; return 1; fi
                sleep 0.2
            done
            [ -n "$SUPERUSER" ] && return 0
            echo "the database has no superuser who may log in"
            return 1
        }
        private_stop() {
            if [ -n "$SERVER" ]; then kill -INT "$SERVER" 2>/dev/null; wait "$SERVER"; fi
            [ -n "$SOCKET" ] && rm -rf "$SOCKET"
            private_unmark
        }
        dump_database() {
            file="$K/tables-$1-$2.sql"; database=$2; shift 2
            for table in "$@"; do set -- "$@" -t "$table"; shift; done
            "$B/pg_dump" -h "$SOCKET" -p 5432 -U "$SUPERUSER" -w --strict-names -f "$file" "$@" "$database" </dev/null &&
                sync "$file"
        }

        """#

    private static let dump = #"""
        dump() {
            [ -n "$TABLES" ] || return 0
            kept_folder
            phase dumping
            private_start && dump_tables
            code=$?
            private_stop
            [ $code -eq 0 ] || fail 18 "the tables could not be dumped, and nothing was rewound"
            case $(control "$D" 'Database cluster state') in "shut down"|"shut down in recovery") ;;
            *) fail 18 "the server that was started for the dump was not stopped in good order" ;; esac
            echo "the tables as only this site had them are kept in $K"
        }

        """#
}
