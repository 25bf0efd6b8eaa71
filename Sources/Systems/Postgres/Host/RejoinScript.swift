import FailoverModel

/// The task on the far side that makes a stopped server a standby. Each part may be begun again after an interruption.
enum RejoinScript {
    static func text(_ task: RejoinTask, on host: DatabaseHost, head: String) -> String {
        var values = [
            "WAY": task.way.rawValue, "SYSID": task.systemIdentifier ?? "",
            "CHECKPOINT": task.checkpoint?.description ?? "", "SOURCE_SYSID": task.sourceIdentifier,
            "REWIND_SOURCE": task.rewindSource, "COPY_SOURCE": task.copySource, "SLOT": task.slot,
            "FENCE": PostgresFence.standbyName, "KEEP_TLI": "", "KEEP_FROM": "", "KEEP_BYTES": "0",
            "TABLES": task.tables.isEmpty ? "" : "yes", "ROLE": task.role, "STARTS": task.isToStart ? "yes" : "",
        ]
        if let keep = task.keep {
            values["KEEP_TLI"] = String(keep.timeline)
            values["KEEP_FROM"] = keep.position.description
            values["KEEP_BYTES"] = String(keep.position.bytes)
        }
        return head
            + values.sorted { $0.key < $1.key }.map { "\($0.key)=\(HostScripts.quoted($0.value))\n" }.joined()
            + common + keeping + DumpScript.text(task.tables) + configuration + rewinding + copying + main
    }

    private static let common = #"""
        K=
        echo $$ >"$W/pid"
        PGPASSFILE="$S/pgpass"; export PGPASSFILE
        finish() {
            rm -f "$S/pgpass" "$S/settings"
            printf '%s\n' "$1" >"$W/status.new" && mv -f "$W/status.new" "$W/status"
            exit "$1"
        }
        fail() { echo "$2"; finish "$1"; }
        phase() { printf '%s\n' "$1" >"$W/phase" && sync "$W/phase"; }
        control() { "$B/pg_controldata" -D "$1" | sed -n "s/^$2: *//p"; }
        is_running() { "$B/pg_ctl" status -D "$D" >/dev/null 2>&1; }
        # The last look at what is about to be changed.
        identity() {
            is_running && fail 10 "the server at $D runs"
            [ -n "$SYSID" ] || return 0
            is="$(control "$D" 'Database system identifier') $(control "$D" 'Latest checkpoint location')"
            [ "$is" = "$SYSID $CHECKPOINT" ] || fail 10 "$D was $SYSID $CHECKPOINT when it was examined and is $is"
        }

        """#

    /// Copies the log beyond the fork aside, and a summary that people can read.
    private static let keeping = #"""
        kept_folder() {
            [ -z "$K" ] || return 0
            K="$D.handover-kept-$(date -u +%Y%m%dT%H%M%SZ)"
            mkdir "$K" || fail 17 "$K cannot be made"
        }
        keep() {
            [ -n "$KEEP_TLI" ] || return 0
            kept_folder
            size=$(control "$D" 'Bytes per WAL segment')
            per=$((4294967296 / size)); number=$((KEEP_BYTES / size))
            first=$(printf '%08X%08X%08X' "$KEEP_TLI" $((number / per)) $((number % per)))
            for f in "$D"/pg_wal/*; do
                name=${f##*/}
                case $name in
                *[!0-9A-F]*) ;;
                *)  if [ ${#name} -eq 24 ] && [ "$(printf '%s\n%s\n' "$first" "$name" | sort | head -n 1)" = "$first" ]
                    then cp -p "$f" "$K/" || fail 17 "the log cannot be kept in $K"
                    fi ;;
                esac
            done
            {   echo "Log of timeline $KEEP_TLI from $KEEP_FROM on, kept by Handover for $(cat "$W/key")"
                "$B/pg_waldump" -p "$K" -t "$KEEP_TLI" -s "$KEEP_FROM" --stats=record 2>&1
                echo; "$B/pg_waldump" -p "$K" -t "$KEEP_TLI" -s "$KEEP_FROM" -r Transaction 2>&1
            } >"$K/summary.txt"
            [ -s "$K/summary.txt" ] || fail 17 "the log cannot be kept in $K"
            echo "what only this site had is kept in $K"
        }

        """#

    /// Files of the site's own in the data directory: pg_rewind and pg_basebackup put the source's in their place.
    private static let configuration = #"""
        save() {
            rm -rf "$W/saved"; mkdir "$W/saved" || fail 11 "$W/saved cannot be made"
            for f in "$D"/*; do
                [ -f "$f" ] || continue
                case ${f##*/} in
                PG_VERSION|postmaster.*|backup_*|tablespace_map*|current_logfiles|*.signal) ;;
                *) cp -p "$f" "$W/saved/" || fail 11 "the site's own files cannot be kept in $W/saved" ;;
                esac
            done
            if [ -d "$D/conf.d" ]; then cp -pR "$D/conf.d" "$W/saved/" || fail 11 "conf.d cannot be kept"; fi
            sync "$W"/saved/*
        }
        put_back() { [ -d "$W/saved" ] && cp -pR "$W/saved/." "$1/"; return 0; }
        # Whom to follow; and the fence of a former primary goes, because a standby needs none.
        configure() {
            A="$1/postgresql.auto.conf"; touch "$A"
            out='^(primary_conninfo|primary_slot_name)[ =]'
            if grep -q "^synchronous_standby_names.*$FENCE" "$A"; then
                out='^(primary_conninfo|primary_slot_name|synchronous_standby_names|default_transaction_read_only)[ =]'
            fi
            grep -vE "$out" "$A" >"$A.handover"
            cat "$S/settings" >>"$A.handover" && mv -f "$A.handover" "$A" || fail 15 "$A cannot be written"
            rm -f "$1/recovery.signal"
            : >>"$1/standby.signal" && sync "$A" "$1/standby.signal" "$1" || fail 15 "$1/standby.signal cannot be written"
        }

        """#

    private static let rewinding = #"""
        # pg_rewind wants a server that was stopped in good order. As it does it itself, but what a checkpoint would throw away
        # of the log is kept: the rewind needs it.
        recover() {
            case $(control "$D" 'Database cluster state') in "shut down"|"shut down in recovery") return 0 ;; esac
            [ -e "$D/standby.signal" ] && mv "$D/standby.signal" "$W/standby.signal"
            "$B/postgres" --single -F -D "$D" ${CONF:+-c "config_file=$CONF"} -c wal_keep_size=1000000 \
                template1 </dev/null >"$W/recovery.log" 2>&1
            code=$?
            [ -e "$W/standby.signal" ] && mv "$W/standby.signal" "$D/standby.signal"
            [ $code -eq 0 ] && return 0
            tail -n 3 "$W/recovery.log"
            fail 16 "the server did not recover from its crash"
        }
        rewind() {
            "$B/pg_rewind" "$@" -D "$D" --source-server="$REWIND_SOURCE" ${CONF:+"--config-file=$CONF"} $RESTORE
        }
        do_rewind() {
            identity
            recover
            keep
            dump
            save
            RESTORE=
            command=$("$B/postgres" -C restore_command -D "$D" ${CONF:+-c "config_file=$CONF"} 2>/dev/null)
            [ -n "$command" ] && RESTORE=--restore-target-wal
            rewind --dry-run || fail 11 "pg_rewind cannot do it; nothing was changed"
            phase rewinding
            rewind || fail 12 "pg_rewind stopped in the middle"
            put_back "$D"
            configure "$D"
            phase rewound
        }

        """#

    private static let copying = #"""
        # Only a directory that is empty, or that is half full of an earlier copy of ours: then the mark names it.
        clear_target() {
            [ -d "$1" ] || { mkdir "$1" || fail 13 "$1 cannot be made"; }
            chmod 700 "$1"
            is="$1 $(stat -c %d:%i "$1")"
            if [ -n "$(ls -A "$1")" ]; then
                [ "$(cat "$W/mark" 2>/dev/null)" = "$is" ] && [ ! -e "$1/postmaster.pid" ] && [ ! -e "$1/standby.signal" ] ||
                    fail 14 "$1 is not empty, and what is in it is not of Handover"
                find "$1" -mindepth 1 -delete || fail 14 "$1 cannot be emptied"
            fi
            printf '%s\n' "$is" >"$W/mark" && sync "$W/mark"
        }
        swap() {
            if [ -e "$D" ]; then
                rmdir "$D" 2>/dev/null || {
                    A="$D.handover-old-$(date -u +%Y%m%dT%H%M%SZ)"
                    mv "$D" "$A" || fail 13 "$D cannot be moved to $A"
                    echo "the old data directory is kept as $A"
                }
            fi
            mv "$N" "$D" || fail 13 "$N cannot be moved to $D"
        }
        do_rebuild() {
            if [ "$(cat "$W/phase" 2>/dev/null)" = swapping ] && [ -f "$N/global/pg_control" ]; then swap; phase copied; return 0; fi
            identity
            if [ -f "$D/PG_VERSION" ]; then keep; fi
            # After a rewind that stopped in the middle, what was saved before it is the better copy.
            if [ -f "$D/PG_VERSION" ] && [ "$(cat "$W/phase" 2>/dev/null)" != rewinding ]; then save; fi
            phase copying
            clear_target "$N"
            "$B/pg_basebackup" -D "$N" -d "$COPY_SOURCE" -X stream -c fast -S "$SLOT" -w || {
                find "$N" -mindepth 1 -delete; rmdir "$N"
                fail 13 "pg_basebackup did not end well; the old data is as it was"
            }
            [ "$(control "$N" 'Database system identifier')" = "$SOURCE_SYSID" ] || fail 10 "the copy is of another cluster"
            put_back "$N"
            configure "$N"
            phase swapping
            is_running && fail 10 "the server at $D runs"
            swap
            rm -f "$W/mark"
            phase copied
        }

        """#

    private static let main = #"""
        private_unmark
        case $WAY in
        follow) identity; configure "$D"; phase configured ;;
        rewind) do_rewind ;;
        rebuild) do_rebuild ;;
        esac
        if [ -n "$STARTS" ]; then start || fail 15 "the server did not start"; fi
        rm -rf "$W/saved"
        if [ -n "$STARTS" ]; then phase started; fi
        finish 0

        """#
}
