#!/usr/bin/env bash
# Says what changed in schema.graphql since main; fails if clients would break.
# Uses graphql-inspector where `make checks` has installed it. ALLOW_BREAKING=1 only prints.
set -euo pipefail
cd "$(dirname "$0")/.."
lint=${CARGO_TARGET_DIR:-$PWD/target}/checks/schema-lint
if [ ! -x "$lint/node_modules/.bin/graphql-inspector" ]; then
    echo 'graphql-inspector is not installed (make checks installs it); the schema was not compared with main'
    exit 0
fi
# From where this branch left main, so that what main gained since does not look removed.
base=$(git merge-base HEAD main 2>/dev/null) || { echo 'there is no branch main to compare with'; exit 0; }
git show "$base:schema.graphql" >"$lint/main.graphql"
cp schema.graphql "$lint/new.graphql"
cd "$lint"
npx graphql-inspector diff main.graphql new.graphql 2>/dev/null || [ -n "${ALLOW_BREAKING:-}" ]
