#!/usr/bin/env bash
# Every benchmark, one after the other: bench.sh PATH-OF-LIANMENG. Shared data are found in ../shared
# or LIANMENG_SHARED; what needs them is left out where they are absent.
set -euo pipefail
cd "$(dirname "$0")/.."
lianmeng=$(realpath "${1:-target/release/lianmeng}")
shared=${LIANMENG_SHARED:-../shared}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

echo "machine: $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg), $(date -u +%Y-%m-%d)"

if [ -d "$shared/data/a-share-chain" ]; then
  echo; echo '## import of a-share-chain into SQLite, twice'
  for round in first second; do
    python3 - "$lianmeng" "$(realpath "$shared/data/a-share-chain")" "$work" "$round" <<'PY'
import os, resource, subprocess, sys, time
lianmeng, folder, work, name = sys.argv[1:]
env = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL", "PORT")}
start = time.monotonic()
done = subprocess.run([lianmeng, "import", folder, "--json"], cwd=work, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
seconds = time.monotonic() - start
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
print(f"{name}: {seconds:.1f} s, {peak:.0f} MB peak, {done.stdout.decode().splitlines()[-1]}")
PY
  done
  echo; echo '## graph'
  (cd "$work" && time "$lianmeng" graph stats --json)
  echo; echo '## cold start: `lianmeng serve` on that database until /health/ready says 200'
  scripts/bench-start.py "$lianmeng" "$work"
else
  echo 'import and graph left out: shared data are absent'
fi

if [ -d "$shared/data/needs-offers" ]; then
  echo; echo '## ranking of judged pairs'
  "$lianmeng" match eval "$shared/data/needs-offers"
fi

if [ -d "$shared/data/b2b" ]; then
  echo; echo '## timetables, fairness 2, one thread'
  LIANMENG="$lianmeng" SHARED="$shared" LIMIT="${LIMIT:-10}" scripts/bench-timetable.py published generated
fi

echo; echo '## pairings'
cargo run --release --quiet --package lianmeng-matching --example markets

echo; echo '## GraphQL over HTTP, 16 connections'
LIANMENG_BIN="$lianmeng" cargo bench --quiet --package lianmeng-tests --bench http
