/// What a careful person would put into a shell script: the statements and calls of `runbooks/ess-failover.yaml`, with waits
/// for the same conditions, and no journal, no proof, no way back.
enum ReferenceScript {
    static let text = #"""
        set -euo pipefail
        dir=$1
        export PGPASSWORD=$(cat "$dir/secrets/handover")
        # The n-th number behind a key of the topology, at a site: its blocks come in the order dc1, dc2, dc3.
        port() { awk -v want="$1:" -v key="$2" '$1==want && /^  dc/ {on=1; next} /^  dc/ {on=0} on && $1==key {print $2; exit}' "$dir/topology.yaml"; }
        replication() { awk -v want="$1:" '$1==want && /^  dc/ {on=1; next} /^  dc/ {on=0} on && $1=="replication:" {r=1} on && r && $1=="port:" {print $2; exit}' "$dir/topology.yaml"; }
        q() { local site=$1; shift; psql -XqAt -h 127.0.0.1 -p "$(port "$site" port:)" -U handover -d postgres -c "$1"; }
        until_true() { until [ "$(q "$1" "$2")" = t ]; do sleep 0.05; done; }
        api() { curl -sS --fail --cacert "$dir/tls/ca.pem" --cert "$dir/tls/client.pem" --key "$dir/tls/client.key" "$@"; }
        server=$(awk '$1=="server:" {print $2; exit}' "$dir/kube/dc2.yaml")

        # Disable dc1: neither its database nor its API answers.
        q dc1 "ALTER SYSTEM SET default_transaction_read_only = on" 2>/dev/null || true
        api "$(awk '$1=="server:" {print $2; exit}' "$dir/kube/dc1.yaml")/apis/apps/v1/namespaces/ess/deployments" >/dev/null 2>&1 || true

        # Freeze and compare.
        for site in dc2 dc3; do
          q $site "ALTER SYSTEM SET primary_conninfo = ''" && q $site "SELECT pg_reload_conf()" >/dev/null
        done
        for site in dc2 dc3; do until_true $site "SELECT count(*) = 0 FROM pg_stat_wal_receiver"; done
        position="SELECT GREATEST(COALESCE(pg_last_wal_receive_lsn(),'0/0'),COALESCE(pg_last_wal_replay_lsn(),'0/0'))"
        two=$(q dc2 "$position"); three=$(q dc3 "$position"); sleep 0.2
        [ "$two" = "$(q dc2 "$position")" ] && [ "$three" = "$(q dc3 "$position")" ]
        [ "$(q dc2 "SELECT '$two'::pg_lsn >= '$three'::pg_lsn")" = t ]
        q dc2 "SELECT pg_create_physical_replication_slot('dc3', true) WHERE NOT EXISTS (SELECT 1 FROM pg_replication_slots WHERE slot_name = 'dc3')" >/dev/null
        q dc2 "SHOW synchronous_standby_names" >/dev/null

        # Promote.
        q dc2 "SELECT pg_promote(true, 60)" >/dev/null
        until_true dc2 "SELECT NOT pg_is_in_recovery()"
        q dc2 "CHECKPOINT"

        # Workloads: counts of the topology, else 1.
        for kind in deployments statefulsets; do
          for name in $(api "$server/apis/apps/v1/namespaces/ess/$kind" | python3 -c '
        import json, sys
        for item in json.load(sys.stdin)["items"]:
            if item["metadata"].get("annotations", {}).get("meta.helm.sh/release-name") == "ess": print(item["metadata"]["name"])'); do
            count=1; [ "$name" = ess-haproxy ] && count=2
            api -X PATCH -H 'Content-Type: application/merge-patch+json' -d "{\"spec\":{\"replicas\":$count}}" "$server/apis/apps/v1/namespaces/ess/$kind/$name/scale" >/dev/null
          done
        done
        ready() { for kind in deployments statefulsets; do api "$server/apis/apps/v1/namespaces/ess/$kind"; done | python3 -c '
        import json, sys
        text = sys.stdin.read(); decoder = json.JSONDecoder(); at = 0; ok = True
        while at < len(text):
            document, at = decoder.raw_decode(text, at)
            while at < len(text) and text[at].isspace(): at += 1
            for item in document["items"]:
                if item["metadata"].get("annotations", {}).get("meta.helm.sh/release-name") == "ess":
                    ok = ok and item["status"].get("readyReplicas", 0) == item["spec"]["replicas"]
        sys.exit(0 if ok else 1)'; }
        until ready; do sleep 0.1; done
        url=$(awk '$1=="dc2:" && /^  dc/ {on=1; next} /^  dc/ {on=0} on && $1=="url:" {print $2; exit}' "$dir/topology.yaml")
        until curl -sS --fail "$url" >/dev/null 2>&1; do sleep 0.1; done

        # dc3 follows dc2.
        q dc3 "ALTER SYSTEM SET primary_conninfo = 'host=127.0.0.1 port=$(replication dc2) user=replicator application_name=dc3 sslmode=disable passfile=$dir/postgres/replication.pgpass'"
        q dc3 "ALTER SYSTEM SET primary_slot_name = 'dc3'" && q dc3 "SELECT pg_reload_conf()" >/dev/null
        until_true dc3 "SELECT count(*) = 1 FROM pg_stat_wal_receiver WHERE status = 'streaming' AND received_tli = 2"
        mark=$(q dc2 "SELECT pg_logical_emit_message(false, 'script', 'here')")
        until_true dc3 "SELECT pg_last_wal_replay_lsn() >= '$mark'::pg_lsn"
        """#
}
