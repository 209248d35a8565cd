#!/usr/bin/env bash
# matrix.sh CELL…: runs the storage, GraphQL, backplane and flow tests over each CELL, which is a
# database and a backplane: sqlite-memory, sqlite-redis, postgres-memory, postgres-redis.
#
# Needs LIANMENG_TEST_POSTGRES and LIANMENG_TEST_REDIS, which scripts/with-services.sh sets.
set -euo pipefail
cd "$(dirname "$0")/.."

tests='package(lianmeng-store) + package(lianmeng-app) + package(lianmeng-api) + package(lianmeng-backplane) + binary(flows)'
for cell in "$@"; do
    echo "== $cell"
    unset_names=()
    [[ $cell == postgres-* ]] || unset_names+=(-u LIANMENG_TEST_POSTGRES)
    [[ $cell == *-redis ]] || unset_names+=(-u LIANMENG_TEST_REDIS)
    filter=$tests
    # Journeys take thousands of steps and walks over every right minutes, the same on any server: once in
    # one process and once with both servers is enough.
    [[ $cell == postgres-redis ]] || filter="($tests) - test(journeys::) - test(/^rights::/)"
    # What breaks servers takes a minute; it runs where nothing and where everything is shared.
    [[ $cell == sqlite-memory || $cell == postgres-redis ]] || filter="($filter) - test(faults::)"
    if command -v cargo-nextest >/dev/null; then
        env "${unset_names[@]}" cargo nextest run --workspace --no-fail-fast --status-level slow -E "$filter"
    else
        env "${unset_names[@]}" cargo test --workspace --no-fail-fast --quiet
    fi
done
