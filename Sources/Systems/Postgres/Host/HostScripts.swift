import FailoverModel

/// What is done on a database's host, for POSIX `sh` with coreutils, util-linux and PostgreSQL's own programs.
///
/// Values are set in single quotes at the top; below that nothing is put together.
enum HostScripts {
    /// Only what stands between the lines with `mark` is the script's own.
    static func look(
        _ host: DatabaseHost, counting stretch: LogStretch?, mark: String
    ) -> String {
        let more = [
            "TLI": stretch.map { String($0.timeline) } ?? "", "FROM": stretch?.from.description ?? "",
            "TO": stretch?.to?.description ?? "", "MARK": mark,
        ]
        return head(host, more)
            + #"""
            say() { printf '%s=%s\n' "$1" "$2"; }
            say begin "$MARK"
            if [ ! -e "$D" ]; then say data missing
            elif [ ! -d "$D" ]; then say data other
            elif [ ! -r "$D" ] || [ ! -x "$D" ]; then say data closed
            elif [ -z "$(ls -A "$D")" ]; then say data empty
            elif [ -f "$D/PG_VERSION" ] && [ -f "$D/global/pg_control" ]; then say data cluster
            else say data other
            fi
            "$B/pg_ctl" status -D "$D" >/dev/null 2>&1
            say status $?
            [ -e "$D/standby.signal" ] && say standby yes
            [ -n "$(ls -A "$D/pg_tblspc" 2>/dev/null)" ] && say tablespaces yes
            "$B/pg_controldata" -D "$D" 2>/dev/null | sed 's/^/control=/'
            say free "$(df -Pk "${D%/*}/" | awk 'NR == 2 { print $4 }')"
            T=$("$B/pg_controldata" -D "$D" 2>/dev/null | sed -n -e "s/^Latest checkpoint's TimeLineID: *//p" \
                -e "s/^Min recovery ending loc's timeline: *//p" | sort -n | tail -n 1)
            if [ -n "$T" ] && [ "$T" -gt 1 ]; then
                sed 's/^/history=/' "$D/pg_wal/$(printf '%08X' "$T").history" 2>/dev/null
            fi
            if [ -n "$FROM" ]; then
                # Without an end it reads to where the log ends, and that it then ends in an error is how a log ends.
                { "$B/pg_waldump" -p "$D/pg_wal" -t "$TLI" -s "$FROM" ${TO:+-e "$TO"} 2>/dev/null; echo "status $?"; } | awk '
                    /^status / { if ($2 == 0) whole = "yes"; next }
                    { n++; if (match($0, /lsn: [0-9A-F]+\/[0-9A-F]+/)) at = substr($0, RSTART + 5, RLENGTH - 5) }
                    /^rmgr: Transaction/ && /desc: (COMMIT|PREPARE|ABORT_PREPARED)/ { c++ }
                    END { printf "records=%d\ncommits=%d\nwhole=%s\n", n, c, whole; if (at != "") printf "last=%s\n", at }'
            fi
            if [ -f "$W/key" ]; then
                say key "$(cat "$W/key")"
                say phase "$(cat "$W/phase" 2>/dev/null)"
                if task_runs; then say task running; say copied "$(du -sk "$N" 2>/dev/null | cut -f 1)"
                elif [ -f "$W/status" ]; then say ended "$(cat "$W/status")"
                fi
                tail -n 5 "$W/log" 2>/dev/null | sed 's/^/words=/'
            fi
            say end "$MARK"

            """#
    }

    static func stop(_ host: DatabaseHost) -> String {
        head(host, ["SECONDS_TO_STOP": String(HostLimits.stopSeconds)])
            + #"""
            "$B/pg_ctl" status -D "$D" >/dev/null 2>&1 || exit 0
            exec "$B/pg_ctl" stop -D "$D" -m fast -w -t "$SECONDS_TO_STOP"

            """#
    }

    static func start(_ host: DatabaseHost) -> String { head(host) + "start\n" }

    static func markAsStandby(_ host: DatabaseHost) -> String {
        head(host)
            + #"""
            [ -f "$D/PG_VERSION" ] || { echo "there is no database cluster in $D" >&2; exit 1; }
            : >>"$D/standby.signal" && sync "$D/standby.signal" "$D"

            """#
    }

    static func unmarkAsStandby(_ host: DatabaseHost) -> String {
        head(host)
            + #"""
            "$B/pg_ctl" status -D "$D" >/dev/null 2>&1 && { echo "the server runs" >&2; exit 1; }
            rm -f "$D/standby.signal" && sync "$D"

            """#
    }

    /// Writes the task's files, and starts it in a session of its own.
    static func begin(_ task: RejoinTask, on host: DatabaseHost) -> String {
        head(host, ["KEY": task.key])
            + #"""
            task_runs && { echo "a task of Handover runs there already" >&2; exit 75; }
            mkdir -p "$W" && chmod 700 "$W" || exit 1
            rm -f "$W/status" "$W/log"
            printf '%s\n' "$KEY" >"$W/key" || exit 1

            """#
            + file("pgpass", task.passwordLines) + file("settings", task.settings)
            + file("task.sh", RejoinScript.text(task, on: host, head: head(host)))
                + #"""
                setsid -f sh "$W/task.sh" >"$W/log" 2>&1 </dev/null || exit 1

                """#
    }

    /// The same task as the only work of a container, to which the files come as a volume.
    static func job(_ task: RejoinTask, on host: DatabaseHost) -> String {
        let head = head(host, ["S": JobFolder.work, "KEY": task.key, "SECRET": JobFolder.secret])
        return head
            + #"""
            mkdir -p "$W" && chmod 700 "$W" || { echo "$W cannot be made" >&2; exit 1; }
            rm -f "$W/status" "$W/log" "$W/pid"
            printf '%s\n' "$KEY" >"$W/key" || exit 1
            for f in pgpass settings; do
                cat "$SECRET/$f" >"$S/$f" || exit 1
            done
            TMPDIR="$S"; export TMPDIR
            exec >"$W/log" 2>&1
            # No other container has the volume, so whose number is in it does not run any more.
            rm -f "$D/postmaster.pid"

            """# + RejoinScript.text(task, on: host, head: "")
    }

    private static func file(_ name: String, _ content: String) -> String {
        "cat >\"$W/\(name)\" <<'HANDOVER-END-OF-FILE' || exit 1\n\(content)HANDOVER-END-OF-FILE\n"
    }

    static func head(_ host: DatabaseHost, _ more: [String: String] = [:]) -> String {
        var values = [
            "D": host.data, "B": host.binaries, "LOG": host.log, "W": "\(host.data).handover",
            "N": "\(host.data).handover-new", "OPTIONS": host.options.map { "-c \($0)" }.joined(separator: " "),
            "VERSION": "", "CLUSTER": "", "CONF": host.configuration ?? "", "S": "\(host.data).handover",
            "OUTSIDE": host.isStartedFromOutside ? "yes" : "",
        ].merging(more) { $1 }
        if case .pgCtlCluster(let version, let name) = host.driver {
            values["VERSION"] = version
            values["CLUSTER"] = name
            values["CONF"] = "/etc/postgresql/\(version)/\(name)/postgresql.conf"
        }
        return "umask 077; export LC_ALL=C; cd /\n"
            + values.sorted { $0.key < $1.key }.map { "\($0.key)=\(quoted($0.value))\n" }.joined()
                + #"""
                [ -n "$B" ] || B=$(dirname "$(command -v pg_ctl)")
                [ -x "$B/pg_ctl" ] || { echo "there is no pg_ctl in $B" >&2; exit 1; }
                task_runs() {
                    P=$(cat "$W/pid" 2>/dev/null) && [ -n "$P" ] || return 1
                    tr '\0' ' ' 2>/dev/null <"/proc/$P/cmdline" | grep -qF "$W/task.sh"
                }
                start() {
                    "$B/pg_ctl" status -D "$D" >/dev/null 2>&1 && return 0
                    if [ -n "$CLUSTER" ]; then pg_ctlcluster "$VERSION" "$CLUSTER" start </dev/null >/dev/null
                    else "$B/pg_ctl" start -D "$D" -l "$LOG" -w -t \#(HostLimits.startSeconds) -o "$OPTIONS" </dev/null >/dev/null
                    fi && return 0
                    # A standby that still replays takes no connections yet; that it runs is enough.
                    "$B/pg_ctl" status -D "$D" >/dev/null 2>&1 && return 0
                    tail -n 3 "$LOG" >&2
                    return 1
                }

                """#
    }

    static func quoted(_ text: String) -> String { "'" + text.replacing("'", with: "'\\''") + "'" }
}
