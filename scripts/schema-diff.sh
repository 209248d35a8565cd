#!/usr/bin/env bash
# Says what changed in schema.graphql since main; from version 1.0 on it fails if clients would break.
# ALLOW_BREAKING=1 only prints. graphql-inspector comes from npm on the first run and stays in
# $CARGO_TARGET_DIR/checks; where it cannot come from, one sentence says that nothing was compared.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
checks=${CARGO_TARGET_DIR:-$PWD/target}/checks
skip() {
    echo "$1; schema.graphql was not compared with main"
    exit 0
}

main=
for name in main origin/main; do
    git rev-parse --verify --quiet "$name^{commit}" >/dev/null 2>&1 && main=$name && break
done
[ -n "$main" ] || skip 'there is no branch main here'
# From where this branch left main, so that what main gained since does not look removed; a shallow
# clone does not know where that was.
base=$(git merge-base HEAD "$main" 2>/dev/null) || base=$main
git cat-file -e "$base:schema.graphql" 2>/dev/null || skip "$main has no schema.graphql"
git show "$base:schema.graphql" | cmp --silent - schema.graphql && {
    echo "schema.graphql is as on $main"
    exit 0
}

# Where `make checks` ran, the inspector is there.
tools=$checks/schema-lint
if [ ! -x "$tools/node_modules/.bin/graphql-inspector" ]; then
    tools=$checks/inspector
    command -v npm >/dev/null || skip 'npm is not installed'
fi
if [ ! -x "$tools/node_modules/.bin/graphql-inspector" ]; then
    mkdir -p "$tools"
    # The override is that of ../shared/checks/schema-lint: 11 of batch-execute does not load.
    echo '{ "private": true,
        "dependencies": { "graphql": "16.15.0", "@graphql-inspector/cli": "7" },
        "overrides": { "@graphql-tools/batch-execute": "^10.0.0" } }' >"$tools/package.json"
    (cd "$tools" && timeout 300 npm install --no-audit --no-fund --silent >"$tools/npm.log" 2>&1) ||
        skip "graphql-inspector cannot be installed (see $tools/npm.log)"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git show "$base:schema.graphql" >"$work/main.graphql"
cp "$root/schema.graphql" "$work/new.graphql"
cd "$tools"
code=0
NO_COLOR=1 node_modules/.bin/graphql-inspector diff "$work/main.graphql" "$work/new.graphql" \
    >"$work/out" 2>"$work/err" || code=$?
if [ "$code" -ne 0 ] && ! grep -q 'breaking change' "$work/out" "$work/err"; then
    head -n 2 "$work/err"
    echo "graphql-inspector could not compare schema.graphql with $main"
    exit 1
fi
cat "$work/out"
[ "$code" -eq 0 ] && exit 0
if [ -n "${ALLOW_BREAKING:-}" ]; then
    echo "clients of $main would break; ALLOW_BREAKING is set"
    exit 0
fi
if grep -q '^version = "0\.' "$root/Cargo.toml"; then
    echo "clients of $main would break; before 1.0 that is allowed where CHANGELOG.md says so"
    exit 0
fi
echo "clients of $main would break: deprecate instead, or write it into CHANGELOG.md and set ALLOW_BREAKING=1"
exit 1
