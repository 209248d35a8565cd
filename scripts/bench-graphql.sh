#!/usr/bin/env bash
# Lianmeng beside mercurius, yoga with JIT and PostGraphile on the same rows in PostgreSQL 15:
# bench-graphql.sh PATH-OF-LIANMENG [arguments of scripts/bench-graphql/drive.py]
#
# Needs the shared benchmark (../shared/bench or LIANMENG_SHARED), PostgreSQL 15, wrk, node and npm; on Debian, as
# root, the first two are installed. The database and the peers stay in LIANMENG_BENCH_DIR for the next run.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
lianmeng=$(realpath "${1:-target/release/lianmeng}"); shift || true
shared=$(realpath "${LIANMENG_SHARED:-$here/../../shared}")
work=${LIANMENG_BENCH_DIR:-/var/tmp/lianmeng-bench}
export PGBENCH_DIR=$work/pg PGBENCH_PORT=${PGBENCH_PORT:-55432} PGPORT=${PGBENCH_PORT:-55432}
port=${LIANMENG_BENCH_PORT:-9220}
peers=$shared/bench/graphql
say() { printf '[bench] %s\n' "$*" >&2; }
[ -d "$peers" ] || { say "left out: $peers is absent"; exit 0; }

missing=()
[ -x /usr/lib/postgresql/15/bin/initdb ] || missing+=(postgresql-15)
command -v wrk >/dev/null || missing+=(wrk)
if [ ${#missing[@]} -gt 0 ]; then
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || { say "install ${missing[*]} first"; exit 69; }
  say "apt-get install ${missing[*]}"
  # Keeps Debian from making and starting a cluster of its own.
  mkdir -p /etc/postgresql-common/createcluster.d
  echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.d/lianmeng-bench.conf
  (apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}") >/dev/null
fi
command -v npm >/dev/null || { say 'npm is needed for the peers; install node 20 or newer'; exit 69; }

started=()
stop() {
  trap - EXIT INT TERM
  [ ${#started[@]} -eq 0 ] || kill "${started[@]}" 2>/dev/null || true
  bash "$peers/db/pg.sh" stop >/dev/null 2>&1 || true
}
trap stop EXIT
trap 'exit 130' INT TERM

mkdir -p "$work"; chmod 755 "$work"
say "PostgreSQL on $PGBENCH_PORT"
/usr/lib/postgresql/15/bin/pg_isready -q -h 127.0.0.1 -p "$PGBENCH_PORT" || bash "$peers/db/pg.sh" start >/dev/null
root=postgres://postgres@127.0.0.1:$PGBENCH_PORT
if [ -z "$(psql -qXAt "$root/postgres" -c "select 1 from pg_tables where schemaname = 'public' and tablename = 'need'")" ]; then
  say 'the rows of the peers'
  psql -qX "$root/postgres" -f "$peers/db/schema.sql" >/dev/null
fi

for peer in node postgraphile; do
  mkdir -p "$work/$peer"
  cp "$peers/servers/$peer"/*.mjs "$work/$peer/"
  if ! cmp -s "$peers/servers/$peer/package.json" "$work/$peer/package.json"; then
    say "npm install of $peer"
    cp "$peers/servers/$peer/package.json" "$work/$peer/"
    (cd "$work/$peer" && npm install --no-audit --no-fund >npm.log 2>&1) || { tail -5 "$work/$peer/npm.log" >&2; rm "$work/$peer/package.json"; exit 1; }
  fi
done
start() { local name=$1 folder=$2; shift 2; (cd "$folder" && exec env NODE_ENV=production "$@" >"$work/$name.log" 2>&1) & started+=($!); }
start mercurius "$work/node" PORT=9202 node mercurius.mjs
start yoga "$work/node" JIT=1 PORT=9206 node yoga.mjs
start postgraphile "$work/postgraphile" PORT=9205 node --import ./polyfill.mjs server.mjs

# A database that another version of the tables or of the rows was made with is made anew.
export DATABASE_URL=$root/lianmeng LIANMENG_METRICS__LISTEN=127.0.0.1:0
cd "$work"
stamp() { (cat "$here/bench-graphql/rows.py"; psql -qXAt "$DATABASE_URL" -c 'select version from seaql_migrations order by 1' 2>/dev/null || true) | sha256sum; }
if [ "$(stamp)" != "$(cat "$work/made-with" 2>/dev/null || true)" ] || "$lianmeng" migrate status | grep -q missing; then
  say 'the same rows for Lianmeng'
  psql -qX "$root/postgres" -c 'drop database if exists lianmeng' -c 'create database lianmeng' 2>/dev/null
  "$lianmeng" migrate up >/dev/null
  # Fills in the divisions.
  "$lianmeng" graph stats --json >/dev/null
  (cd "$here/bench-graphql" && python3 -c "import rows; rows.fill('$root/postgres', '$DATABASE_URL')")
  stamp > "$work/made-with"
fi
LIANMENG_LOG__FILTER=${LIANMENG_LOG__FILTER:-info} "$lianmeng" serve --port "$port" >"$work/lianmeng.log" 2>&1 & started+=($!)
for url in "127.0.0.1:$port/health/ready" 127.0.0.1:9202 127.0.0.1:9206 127.0.0.1:9205; do
  for _ in $(seq 300); do
    code=$(curl -s -o /dev/null -w '%{http_code}' "http://$url" || true)
    [ "$code" != 000 ] && [ "$code" != 503 ] && break
    sleep 0.1
  done
done
token=$("$lianmeng" user token --role coordinator)
PYTHONDONTWRITEBYTECODE=1 python3 "$here/bench-graphql/drive.py" --shared "$shared" --port "$port" --pg-port "$PGBENCH_PORT" --token "$token" "$@"
