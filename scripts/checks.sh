#!/usr/bin/env bash
# Runs the checks of ../shared/checks, which nobody here wrote, against the debug binary.
#
# usage: scripts/checks.sh [http] [sockets] [security] [schemathesis] [lint]     all of them by default
#
# Copies of the checks go to $CARGO_TARGET_DIR/checks (target/checks), with their sample fields
# replaced by ours; node modules and the Python environment stay there for the next time.
# LIANMENG_SHARED names the folder with the checks, EXAMPLES the examples per operation, LIANMENG_BIN
# the binary, LIANMENG_CHECK_DATABASE an empty PostgreSQL database to use instead of SQLite.
set -euo pipefail
cd "$(dirname "$0")/.."

shared=${LIANMENG_SHARED:-$PWD/../shared}
target=${CARGO_TARGET_DIR:-$PWD/target}
bin=${LIANMENG_BIN:-$target/debug/lianmeng}
home=$target/checks
examples=${EXAMPLES:-50}
[ -d "$shared/checks" ] || { echo "skipped: $shared/checks is absent"; exit 0; }
command -v node >/dev/null || { echo 'skipped: node is not installed'; exit 0; }
[ -x "$bin" ] || { echo "$bin is missing; run cargo build first"; exit 2; }

mkdir -p "$home"
world=$(mktemp -d)
server=
cleanup() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    rm -rf "$world"
}
trap cleanup EXIT

# Starts the server on a free port with what follows as settings; sets $url.
start() {
    [ -z "$server" ] || { kill "$server"; wait "$server" 2>/dev/null || true; }
    : >"$world/out"
    (cd "$world" && exec env -u REDIS_URL -u PORT "${database[@]}" "$@" \
        LIANMENG_METRICS__LISTEN=127.0.0.1:0 "$bin" serve --port 0 >"$world/out" 2>"$world/log") &
    server=$!
    for _ in $(seq 100); do
        url=$(sed -n 's/^listening on //p' "$world/out")
        [ -z "$url" ] || return 0
        sleep 0.1
    done
    echo 'the server did not start'; cat "$world/log"; exit 1
}

copy() {
    mkdir -p "$home/$1"
    cp -r "$shared/checks/$1/." "$home/$1/"
    (cd "$home/$1" && [ -d node_modules ] || npm install --no-audit --no-fund --silent)
}

# An enterprise to ask for, and its id.
database=(-u DATABASE_URL)
[ -z "${LIANMENG_CHECK_DATABASE:-}" ] || database=(DATABASE_URL="$LIANMENG_CHECK_DATABASE")
(cd "$world" && env "${database[@]}" "$bin" demo >/dev/null 2>&1)
token=$(cd "$world" && env "${database[@]}" "$bin" user token --role coordinator)
start
ask() {
    curl -sf "$url/graphql" -H 'content-type: application/json' -H "authorization: Bearer $token" -d "$1"
}
firm=$(ask '{"query":"{ enterprises(first: 1) { nodes { id } } }"}' | grep -o 'enterprise:[0-9A-Z]*')
failed=0

http() {
    copy graphql
    start
    echo '== GraphQL over HTTP'
    (cd "$home/graphql" && node http-audit.mjs "$url/graphql") || failed=1
}

sockets() {
    copy graphql
    start LIANMENG_GRAPHQL__INIT_TIMEOUT_SECONDS=2
    echo '== sockets, events, uploads'
    sed -e 's/subscription{ticks(n:50)}/subscription{graphVersion}/g' \
        -e 's/subscription{ticks(n:3)}/subscription{graphVersion(first:1)}/g' \
        -e 's/{hello}/{graphVersion}/g' -e 's/{hello /{graphVersion /' \
        -e 's/x\.data\.ticks/x.data.graphVersion/' \
        -e "s/enterprise(id:\"1\"){name}/node(id:\"$firm\"){id}/" \
        -e 's/mutation(\$f:Upload!){upload(file:\$f)}/mutation($f:Upload!){importUpload(file:$f){errors{code}}}/' \
        "$home/graphql/ws-sse-upload.mjs" >"$home/graphql/sockets-ours.mjs"
    (cd "$home/graphql" && node sockets-ours.mjs "$url/graphql" "${url/http/ws}/graphql")
}

probe() {
    sed -e "s/\`a\${i}:enterprise(id:\"1\"){id}\`/\`a\${i}:node(id:\"$firm\"){id}\`/" \
        -e "s/'{enterprise(id:\"1\"){' + 'partner{'/'{node(id:\"$firm\"){...on Enterprise{' + 'parent{'/" \
        -e "s/'}'.repeat(40) + '}}'/'}'.repeat(40) + '}}}'/" \
        -e "s/q('{enterprise(id:\"1\"){suppliers.*}')))/q('{node(id:\"$firm\"){...on Enterprise{' + 'suppliers(first:10){enterprise{'.repeat(5) + 'id' + '}}'.repeat(5) + '}}}')))/" \
        -e "s/\`{enterprise(id:\"1\"){\${rep(3000, (i) => \`partner{a\${i}:id}\`)}}}\`/\`{node(id:\"$firm\"){...on Enterprise{\${rep(3000, (i) => \`parent{a\${i}:id}\`)}}}}\`/" \
        -e "s/enterprise(id:\"1\"){name id partner{id} city}/enterprise:node(id:\"$firm\"){...on Enterprise{name id parent{id} place{regionCode}}}/" \
        -e "s/name,id,partner,city/name,id,parent,place/" \
        -e "s/enterprise(id:\"1\")/node(id:\"$firm\")/g" \
        -e 's/partner{/parent{/g' -e 's/{enterprise(id:/{node(id:/g' \
        "$home/graphql/security-probe.mjs"
}

security() {
    copy graphql
    local mutation='mutation{enterpriseRegister(input:{card:{name:"x"},requestKey:"probe-0001"}){errors{code}}}'
    echo '== security, production: 31'
    probe >"$home/graphql/probe-ours.mjs"
    start LIANMENG_GRAPHQL__MODE=production
    (cd "$home/graphql" && node probe-ours.mjs "$url/graphql" --mutation "$mutation" | tee "$world/p")
    grep -q '^31 of 32' "$world/p" || failed=1
    echo '== security, development: 30'
    start
    (cd "$home/graphql" && node probe-ours.mjs "$url/graphql" --mutation "$mutation" | tee "$world/p")
    grep -q '^30 of 32' "$world/p" || failed=1
    echo '== security, trusted documents only: 32'
    mkdir -p "$world/trusted"
    printf 'query Alive{__typename}' >"$world/trusted/alive.graphql"
    printf 'query A{a:__typename} query B{b:__typename}' >"$world/trusted/names.graphql"
    sed -n "s/.*response keys keep query order.*q('\([^']*\)').*/\1/p" "$home/graphql/probe-ours.mjs" |
        tr -d '\n' >"$world/trusted/order.graphql"
    sed -e "s/const alive = await q('{__typename}')/const alive = await q('query Alive{__typename}')/g" \
        "$home/graphql/probe-ours.mjs" >"$home/graphql/probe-trusted.mjs"
    start LIANMENG_GRAPHQL__MODE=production LIANMENG_GRAPHQL__TRUSTED_ONLY=true \
        LIANMENG_GRAPHQL__TRUSTED_DOCUMENTS="$world/trusted"
    (cd "$home/graphql" && node probe-trusted.mjs "$url/graphql" --mutation "$mutation" | tee "$world/p")
    grep -q '^32 of 32' "$world/p" || failed=1
}

# Runs schemathesis with the hooks in st_hooks_ours.py; what follows goes to it.
fuzz() {
    (cd "$home/graphql" && SCHEMATHESIS_HOOKS=st_hooks_ours "$home/python/bin/st" run "$url/graphql" \
        --max-examples "$examples" --phases fuzzing,stateful --no-color \
        --exclude-checks positive_data_acceptance \
        -H "Authorization: Bearer $token" "$@") || failed=1
    # What the fuzzer invents is mostly no id and no cursor; refusing it with a code of ours is right.
    # Anything else is not: no answer may say INTERNAL, and the log may hold no error.
    if grep -q ERROR "$world/log"; then
        echo 'the server logged errors:'
        grep -m 20 ERROR "$world/log"
        failed=1
    fi
}

schemathesis() {
    copy graphql
    local python=$home/python
    [ -x "$python/bin/st" ] || {
        python3 -m venv "$python"
        "$python/bin/pip" install --quiet schemathesis==4.32.5
    }
    echo "== schemathesis, $examples examples per operation, everything invented"
    start
    cp "$home/graphql/st_hooks.py" "$home/graphql/st_hooks_ours.py"
    fuzz
    echo "== schemathesis, $examples examples per operation, ids and words that exist"
    start
    { cat "$home/graphql/st_hooks.py"; cat scripts/st_aim.py; } >"$home/graphql/st_hooks_ours.py"
    LIANMENG_AIM=$url/graphql LIANMENG_TOKEN=$token fuzz
}

lint() {
    copy schema-lint
    echo '== schema: eslint with Relay rules, relay-compiler, codegen'
    # Our configuration names each rule that is looser than theirs; our documents page both ways.
    cp scripts/schema-lint/{eslint.config.mjs,codegen.ts} schema.graphql "$home/schema-lint/"
    cp scripts/schema-lint/ours.graphql "$home/schema-lint/ops/"
    cp scripts/schema-lint/Ours.ts "$home/schema-lint/relay-src/"
    cd "$home/schema-lint"
    sed -i -e 's/name city suppliers(first: 2) { id }/name suppliers(first: 2) { linksTotal }/' ops/ops.graphql
    mkdir -p relay-src/__generated__
    npx eslint --quiet schema.graphql || failed=1
    npx relay-compiler || failed=1
    npx graphql-codegen --config codegen.ts || failed=1
    cd - >/dev/null
}

for check in "${@:-http sockets security schemathesis lint}"; do
    for one in $check; do "$one"; done
done
exit "$failed"
