#!/usr/bin/env bash
# Checks the files in deploy/ with what is installed: systemd-analyze, nginx, docker compose.
set -uo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
failed=0
complain() { echo "deploy: $1"; failed=1; }

if command -v systemd-analyze >/dev/null; then
  # The program itself need not be installed here.
  said=$(systemd-analyze verify deploy/systemd/*.{service,timer,target} 2>&1 | grep -v 'lianmeng is not executable')
  [ -z "$said" ] || complain "$said"
else echo 'deploy: systemd-analyze is not installed; the units were not checked'; fi

if command -v nginx >/dev/null; then
  sed "s/replica-[12]:8000/127.0.0.1:8000/; s#/etc/nginx/lianmeng-proxy.conf#$PWD/deploy/nginx/proxy.conf#" \
    deploy/nginx/lianmeng.conf > "$work/site.conf"
  printf 'pid %s/pid;\nerror_log stderr;\nevents {}\nhttp { access_log off; include %s/site.conf; }\n' "$work" "$work" > "$work/nginx.conf"
  said=$(nginx -t -q -c "$work/nginx.conf" 2>&1) || complain "$said"
else echo 'deploy: nginx is not installed; its files were not checked'; fi

if docker compose version >/dev/null 2>&1; then
  said=$(POSTGRES_PASSWORD=x REDIS_PASSWORD=x docker compose -f deploy/compose.yaml config --quiet 2>&1) || complain "$said"
else echo 'deploy: docker compose is not installed; compose.yaml was not checked'; fi
exit $failed
