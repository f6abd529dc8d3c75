#!/usr/bin/env bash
# Compares two commits' servers on one machine: builds both, runs the bench of this checkout against them in turn.
# usage: scripts/bench-compare.sh A B [rounds=5] [options of `npm run bench` …]
# Example: scripts/bench-compare.sh main~1 main 5 --scenario fan-out --clients 1000
set -eu

if [ $# -lt 2 ]; then
  sed -n '2,4p' "$0" >&2
  exit 2
fi
cd "$(dirname "$0")/.."
root=$PWD
commit_a=$(git rev-parse --short "$1^{commit}")
commit_b=$(git rev-parse --short "$2^{commit}")
rounds=${3:-5}
shift "$(($# < 3 ? $# : 3))"
work=$(mktemp -d)
out=$root/build/bench/compare-$commit_a-$commit_b-$(date -u +%Y%m%dT%H%M%SZ)
trap 'rm -rf "$work"' EXIT

# Each is compiled by itself and makes the stores of its servers: their format, and where the bench begins, may differ.
npm run --silent bench -- --help >/dev/null
for commit in "$commit_a" "$commit_b"; do
  mkdir -p "$work/$commit"
  git archive "$commit" | tar -x -C "$work/$commit"
  ln -sfn "$root/node_modules" "$work/$commit/node_modules"
  npm run --silent --prefix "$work/$commit" bench -- --help >/dev/null
done

# A and B take turns, and the order changes each round: a machine that grows slower or faster favours neither.
for round in $(seq 1 "$rounds"); do
  order="$commit_a $commit_b"
  [ $((round % 2)) -eq 1 ] || order="$commit_b $commit_a"
  for commit in $order; do
    echo "round $round of $rounds: $commit" >&2
    node dist/bench/main.js "$@" --targets messenger --checkout "$work/$commit" --out "$out/$commit" >/dev/null
  done
done
node dist/bench/report/draw.js "$out/$commit_a"/*.json "$out/$commit_b"/*.json
