#!/usr/bin/env bash
# Measures what TLS costs: plain text and TLS in turn, both with the JavaScript load engine, on one machine.
# usage: scripts/bench-tls.sh [rounds=5] [options of `npm run bench` …]
# Example: scripts/bench-tls.sh 5 --clients 1000 --rate 20 --targets messenger,plain-node-shared
set -eu
cd "$(dirname "$0")/.."
rounds=${1:-5}
shift "$(($# < 1 ? $# : 1))"
out=build/bench/tls-$(date -u +%Y%m%dT%H%M%SZ)
npm run --silent build

# The order changes each round: a machine that grows slower or faster favours neither.
for round in $(seq 1 "$rounds"); do
  order="--no-tls --tls"
  [ $((round % 2)) -eq 1 ] || order="--tls --no-tls"
  for way in $order; do
    echo "round $round of $rounds: $way" >&2
    node dist/bench/main.js "$@" --engine js "$way" --out "$out" >/dev/null
  done
done
node dist/bench/report/draw.js "$out"/*.json
