#!/usr/bin/env bash
# with-services.sh COMMAND…: runs COMMAND with a throwaway PostgreSQL and a throwaway Redis.
#
# LIANMENG_TEST_POSTGRES and LIANMENG_TEST_REDIS hold their addresses; where one is set already, that
# server is used and none is started. Binaries are found in PATH and /usr/lib/postgresql, or
# installed with apt where this runs as root. Everything ends with COMMAND, whose status is passed on.
set -euo pipefail

say() { printf '[services] %s\n' "$*" >&2; }
# There is no such server here and none can be installed.
none() { say "$1"; exit 69; }
fail() { say "$1"; exit 1; }

postgres_pid='' redis_pid='' folder=''
stop() {
    local status=$?
    trap - EXIT INT TERM
    [ -z "$redis_pid" ] || { kill "$redis_pid" && wait "$redis_pid"; } 2>/dev/null || true
    [ -z "$postgres_pid" ] || { kill -INT "$postgres_pid" && wait "$postgres_pid"; } 2>/dev/null || true
    [ -z "$folder" ] || rm -rf "$folder"
    exit "$status"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Tests need no disk, and each of them makes a thousand small files: memory is ten times as fast.
# Benchmarks set LIANMENG_SERVICES_FSYNC=on and stay on disk.
durable=${LIANMENG_SERVICES_FSYNC:-off}
base=${TMPDIR:-/tmp}
room=$(df --output=avail -k /dev/shm 2>/dev/null | tail -1 || true)
[ "$durable" != off ] || [ "${room:-0}" -lt 8000000 ] || base=/dev/shm
folder=$(mktemp -d "$base/lianmeng-services.XXXXXX")
# PostgreSQL runs as another user and must be able to pass through.
chmod 711 "$folder"

# Below the ports that the system gives to clients, one of which might take it meanwhile.
free_port() {
    local port
    while port=$((20000 + RANDOM % 12000)); listens "$port"; do :; done
    echo "$port"
}

install() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
    say "installing $*"
    # Without this Debian would start a server of its own.
    mkdir -p /etc/postgresql-common/createcluster.d
    echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/lianmeng.conf
    local get=(env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "$@")
    "${get[@]}" >"$folder/apt.log" 2>&1 ||
        { apt-get update >>"$folder/apt.log" 2>&1 && "${get[@]}" >>"$folder/apt.log" 2>&1; } ||
        { tail -3 "$folder/apt.log" >&2; return 1; }
}

# Runs a command as a user that PostgreSQL accepts and lets it end with this script.
as_server() {
    if [ "$(id -u)" = 0 ]; then
        local user=postgres
        id "$user" >/dev/null 2>&1 || user=nobody
        exec setpriv --pdeathsig INT --reuid "$user" --regid "$(id -g "$user")" --clear-groups -- "$@"
    fi
    exec "$@"
}

find_postgres() {
    local file
    for file in $(ls -d /usr/lib/postgresql/*/bin/postgres 2>/dev/null | sort -Vr) \
        $(command -v postgres || true); do
        [ -x "$file" ] && [ -x "${file%/*}/initdb" ] && { bin=${file%/*}; return 0; }
    done
    return 1
}

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Waits until the process PID passes a check; false when it ended or took half a minute.
await() {
    local pid=$1 _
    shift
    for _ in $(seq 600); do
        "$@" && return 0
        kill -0 "$pid" 2>/dev/null || return 1
        sleep 0.05
    done
    return 1
}

start_postgres() {
    find_postgres || { install postgresql && find_postgres; } ||
        none 'no PostgreSQL: install postgresql, or set LIANMENG_TEST_POSTGRES to the address of a server'
    mkdir "$folder/postgres"
    [ "$(id -u)" != 0 ] || chown "$(id -u postgres 2>/dev/null || id -u nobody)" "$folder/postgres"
    (as_server "$bin/initdb" --pgdata="$folder/postgres/data" --username=postgres --auth=trust \
        --encoding=UTF8 --locale=C.UTF-8 --no-sync) >"$folder/initdb.log" 2>&1 ||
        { cat "$folder/initdb.log" >&2; fail 'initdb failed'; }
    local port _
    # Another program may take a port between the look and the start.
    for _ in 1 2 3 4 5; do
        port=$(free_port)
        (as_server "$bin/postgres" -D "$folder/postgres/data" -p "$port" -c listen_addresses=127.0.0.1 \
            -c unix_socket_directories= -c fsync=$durable -c synchronous_commit=$durable -c full_page_writes=$durable \
            -c max_connections=300 -c timezone=UTC) >"$folder/postgres.log" 2>&1 &
        postgres_pid=$!
        await "$postgres_pid" "$bin/pg_isready" -q -h 127.0.0.1 -p "$port" && break
        kill "$postgres_pid" 2>/dev/null || true
        postgres_pid=''
    done
    [ -n "$postgres_pid" ] || { cat "$folder/postgres.log" >&2; fail 'PostgreSQL did not start'; }
    export LIANMENG_TEST_POSTGRES="postgres://postgres@127.0.0.1:$port/postgres"
}

start_redis() {
    local server port _
    find_redis() { server=$(command -v redis-server || command -v valkey-server); }
    find_redis || { install redis-server && find_redis; } ||
        none 'no Redis: install redis-server, or set LIANMENG_TEST_REDIS to the address of a server'
    for _ in 1 2 3 4 5; do
        port=$(free_port)
        setpriv --pdeathsig TERM "$server" --port "$port" --bind 127.0.0.1 --save '' --appendonly no \
            --dir "$folder" --logfile "$folder/redis.log" >/dev/null &
        redis_pid=$!
        await "$redis_pid" listens "$port" && break
        kill "$redis_pid" 2>/dev/null || true
        redis_pid=''
    done
    [ -n "$redis_pid" ] || { cat "$folder/redis.log" >&2; fail 'Redis did not start'; }
    export LIANMENG_TEST_REDIS="redis://127.0.0.1:$port/"
}

# Tests of clocks that jump need it and say so where it is absent.
find_faketime() { ls /usr/lib/*/faketime/libfaketimeMT.so.1 >/dev/null 2>&1; }
find_faketime || install faketime || say 'no faketime: tests of clocks are skipped'

[ -n "${LIANMENG_TEST_POSTGRES:-}" ] || start_postgres
[ -n "${LIANMENG_TEST_REDIS:-}" ] || start_redis
say "ready after ${SECONDS} s"
# In the background, so that signals reach the traps.
"$@" &
wait $!
