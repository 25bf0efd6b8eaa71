import FailoverModel

/// What a drill does on a database's host, for POSIX `sh` with coreutils, findutils, util-linux and PostgreSQL's own programs.
///
/// Everything lies in one folder apart, which bears a mark: the run, the journal that the run is in, the database's system
/// identifier, and the folder's own path and inode, so that a mark that was copied elsewhere counts for nothing. Whatever is
/// stopped or deleted, the mark is read again immediately before. `W` is the folder; `W.handover` is its name while it is made and while it goes, when nothing
/// but the mark is in it.
enum DrillScripts {
    /// How tasks and changes end; the numbers are those of the scripts.
    enum Ending {
        static let identityDiffers: Int64 = 10
        static let copyFailed: Int64 = 13
        static let notOurs: Int64 = 14
        static let notStarted: Int64 = 15
        static let notStopped: Int64 = 16
        static let notPromoted: Int64 = 17
        static let busy: Int64 = 75
    }

    /// How long the copy may take until it takes connections, and to be promoted.
    static let startSeconds = 600

    static func look(_ copy: DrillCopy) -> String {
        head(copy)
            + #"""
            say() { printf '%s=%s\n' "$1" "$2"; }
            if [ ! -e "$W" ] && [ ! -L "$W" ]; then say place missing
            elif ours; then say place ours
            else say place other
            fi
            [ -e "$W.handover" ] && say half yes
            if [ ! -d "${W%/*}/" ]; then say parent missing
            elif [ ! -w "${W%/*}/" ]; then say parent closed
            fi
            say free "$(df -Pk "${W%/*}/" 2>/dev/null | awk 'NR == 2 { print $4 }')"
            if copy_runs; then say server running
            elif listens; then say port taken
            fi
            if [ -f "$W/$MARK" ]; then
                for name in run journal cluster sysid; do say "$name" "$(mark $name)"; done
                say phase "$(cat "$W/phase" 2>/dev/null)"
                say control "$(control 'Database system identifier')"
                say state "$(control 'Database cluster state')"
                sed 's/^/fact=/' "$W/facts" 2>/dev/null
                if task_runs; then say task running; say copied "$(du -sk "$W/data" 2>/dev/null | cut -f 1)"
                elif [ -f "$W/status" ]; then say ended "$(cat "$W/status")"
                fi
                tail -n 5 "$W/log" 2>/dev/null | sed 's/^/words=/'
            fi
            say end yes

            """#
    }

    /// Makes the folder, where it is not there yet, and has the copy made in it.
    static func clone(_ copy: DrillCopy, source: String, settings: DrillSettings, passwords: String) -> String {
        head(copy, ["SYSID": settings.systemIdentifier, "SERVER": copy.target.place])
            + #"""
            if [ -e "$W" ] || [ -L "$W" ]; then
                ours || { echo "$W is there, and is not of Handover" >&2; exit 14; }
                of "$RUN" "$JOURNAL" || { echo "$W is of the drill $(mark run) of the journal $(mark journal)" >&2; exit 14; }
                task_runs && { echo "a task of this drill is at work there" >&2; exit 75; }
                copy_runs && { echo "the copy runs already" >&2; exit 75; }
            else
                clear_half
                mkdir "$W.handover" || exit 13
                printf 'run=%s\njournal=%s\ncluster=%s\nsysid=%s\nplace=%s\n' "$RUN" "$JOURNAL" "$SERVER" "$SYSID" \
                    "$W $(stat -c %i "$W.handover")" >"$W.handover/$MARK" || exit 13
                sync "$W.handover/$MARK" "$W.handover"
                mv -T "$W.handover" "$W" && sync "${W%/*}/" || exit 13
            fi

            """#
            + file("pgpass", passwords) + file("settings", settings.configuration) + file("hba", settings.accessRules)
            + task(head(copy, ["SOURCE": source, "SYSID": settings.systemIdentifier]) + copying)
    }

    /// Starts the copy and promotes it; what is done already is not done again.
    static func promote(_ copy: DrillCopy) -> String {
        head(copy)
            + #"""
            ours && of "$RUN" "$JOURNAL" || { echo "$W is not of this drill" >&2; exit 14; }
            task_runs && { echo "a task of this drill is at work there" >&2; exit 75; }

            """# + task(head(copy, ["LIMIT": String(startSeconds)]) + promoting)
    }

    /// Stops the copy and deletes it with its folder. What has no mark of ours, or another than was seen, stays, whatever it is
    /// called.
    static func remove(_ copy: DrillCopy, _ seen: DrillSight) -> String {
        head(copy, ["SEEN": seen.owner?.run ?? "", "SEENJOURNAL": seen.owner?.journal ?? ""])
            + #"""
            if [ -e "$W" ] || [ -L "$W" ]; then
                ours || { echo "$W has no mark of a drill, so it stays" >&2; exit 14; }
                of "$SEEN" "$SEENJOURNAL" || { echo "$W is of the drill $(mark run) by now, so it stays" >&2; exit 14; }
                if task_runs; then
                    kill -s TERM -- "-$P" 2>/dev/null
                    wait_until_not task_runs || { kill -s KILL -- "-$P" 2>/dev/null; wait_until_not task_runs; } || exit 16
                fi
                is="$(control 'Database system identifier')"
                if [ -n "$is" ] && [ "$is" != "$(mark sysid)" ]; then
                    echo "the database in $W/data is $is, and the mark says $(mark sysid)" >&2; exit 10
                fi
                if copy_runs; then
                    "$B/pg_ctl" stop -D "$W/data" -m fast -w -t 60 >/dev/null 2>&1 ||
                        "$B/pg_ctl" stop -D "$W/data" -m immediate -w -t 60 >/dev/null || exit 16
                fi
                copy_runs && { echo "the copy still runs" >&2; exit 16; }
                ours && of "$SEEN" "$SEENJOURNAL" || { echo "$W changed meanwhile" >&2; exit 14; }
                find "$W" -xdev -mindepth 1 ! -samefile "$W/$MARK" -delete || exit 1
                mv -T "$W" "$W.handover" || exit 1
            fi
            clear_half

            """#
    }

    private static let copying = #"""
        echo $$ >"$W/pid"
        ours || fail 14 "$W is not of Handover"
        phase copying
        a=$(now)
        rm -rf "$W/data" "$W/facts"
        "$B/pg_basebackup" -D "$W/data" -d "$SOURCE" -X stream -c fast -w || {
            rm -rf "$W/data"
            fail 13 "pg_basebackup did not end well"
        }
        is="$(control 'Database system identifier')"
        [ "$is" = "$SYSID" ] || fail 10 "the copy is of another cluster ($is)"
        # From here on it is nobody's: no upstream, no slots, no archive, and none of the site's own doors.
        rm -f "$W/data/recovery.signal" "$W/data/postmaster.pid" "$W/data/postgresql.auto.conf.tmp"
        find "$W/data/pg_replslot" -mindepth 1 -delete
        cat "$W/settings" >"$W/data/postgresql.conf" && : >"$W/data/postgresql.auto.conf" &&
            cat "$W/hba" >"$W/data/pg_hba.conf" && : >"$W/data/pg_ident.conf" && : >>"$W/data/standby.signal" &&
            sync "$W/data/postgresql.conf" "$W/data/postgresql.auto.conf" "$W/data/pg_hba.conf" "$W/data" ||
            fail 13 "the copy's settings cannot be written"
        fact milliseconds $(($(now) - a))
        fact kilobytes "$(du -sk "$W/data" | cut -f 1)"
        phase copied
        finish 0

        """#

    private static let promoting = #"""
        echo $$ >"$W/pid"
        identity() {
            ours || fail 14 "$W is not of Handover"
            is="$(control 'Database system identifier')"
            [ "$is" = "$(mark sysid)" ] || fail 10 "the database in $W/data is $is, and the mark says $(mark sysid)"
        }
        identity
        if ! copy_runs; then
            listens && fail 15 "something else listens on port $PORT"
            phase starting
            a=$(now)
            "$B/pg_ctl" start -D "$W/data" -l "$W/server.log" -w -t "$LIMIT" </dev/null >/dev/null && copy_runs || {
                tail -n 3 "$W/server.log"
                fail 15 "the copy did not start"
            }
            fact startMilliseconds $(($(now) - a))
        fi
        identity
        if [ "$(control 'Database cluster state')" != "in production" ]; then
            phase promoting
            a=$(now)
            "$B/pg_ctl" promote -D "$W/data" -w -t "$LIMIT" >/dev/null || {
                tail -n 3 "$W/server.log"
                fail 17 "the copy was not promoted"
            }
            fact promoteMilliseconds $(($(now) - a))
        fi
        phase promoted
        finish 0

        """#

    /// Writes the task and starts it in a session of its own; returns when it is known to be at work, or has ended.
    private static func task(_ text: String) -> String {
        file("task.sh", text)
            + #"""
            rm -f "$W/status" "$W/log" "$W/pid"
            setsid -f sh "$W/task.sh" >"$W/log" 2>&1 </dev/null || exit 1
            has_begun() { [ -f "$W/pid" ]; }
            n=0
            until has_begun; do
                n=$((n + 1)); [ $n -le 100 ] || { echo "the task did not begin" >&2; exit 1; }
                sleep 0.1
            done

            """#
    }

    private static func file(_ name: String, _ content: String) -> String {
        "cat >\"$W/\(name)\" <<'HANDOVER-END-OF-FILE' || exit 1\n\(content)HANDOVER-END-OF-FILE\n"
    }

    private static func head(_ copy: DrillCopy, _ more: [String: String] = [:]) -> String {
        let own = [
            "B": copy.host.host.binaries, "W": copy.drill.path, "MARK": "handover-drill", "RUN": copy.owner.run,
            "JOURNAL": copy.owner.journal ?? "", "PORT": String(copy.drill.port),
        ]
        return "umask 077; export LC_ALL=C; cd /\n"
            + own.merging(more) { $1 }.sorted { $0.key < $1.key }
            .map { "\($0.key)=\(HostScripts.quoted($0.value))\n" }.joined()
                + #"""
                task_runs() {
                    P=$(cat "$W/pid" 2>/dev/null) && [ -n "$P" ] || return 1
                    tr '\0' ' ' 2>/dev/null <"/proc/$P/cmdline" | grep -qF "$W/task.sh"
                }
                PGPASSFILE="$W/pgpass"; export PGPASSFILE
                mark() { sed -n "s/^$1=//p" "$W/$MARK" 2>/dev/null | head -n 1; }
                ours() { [ ! -L "$W" ] && [ -f "$W/$MARK" ] && [ "$(mark place)" = "$W $(stat -c %i "$W")" ]; }
                of() { [ "$(mark run)" = "$1" ] && [ "$(mark journal)" = "$2" ]; }
                control() { "$B/pg_controldata" -D "$W/data" 2>/dev/null | sed -n "s/^$1: *//p"; }
                copy_runs() {
                    Q=$(head -n 1 "$W/data/postmaster.pid" 2>/dev/null) && [ -n "$Q" ] || return 1
                    tr '\0' '\n' 2>/dev/null <"/proc/$Q/cmdline" | grep -qxF "$W/data"
                }
                listens() {
                    cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v p="$(printf ':%04X' "$PORT")" '
                        $4 == "0A" && substr($2, length($2) - 4) == p { found = 1 } END { exit !found }'
                }
                # What was begun or almost gone when its Handover was killed: nothing but the mark is in it.
                clear_half() {
                    [ -d "$W.handover" ] && [ ! -L "$W.handover" ] || return 0
                    rm -f "$W.handover/$MARK" && rmdir "$W.handover"
                }
                wait_until_not() {
                    n=0
                    while "$1"; do n=$((n + 1)); [ $n -le 100 ] || return 1; sleep 0.1; done
                }
                now() { date +%s%3N; }
                fact() { printf '%s %s\n' "$1" "$2" >>"$W/facts"; }
                phase() { printf '%s\n' "$1" >"$W/phase" && sync "$W/phase"; }
                finish() {
                    rm -f "$W/pgpass"
                    printf '%s\n' "$1" >"$W/status.new" && mv -f "$W/status.new" "$W/status"
                    exit "$1"
                }
                fail() { echo "$2"; finish "$1"; }

                """#
    }
}
