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
out=$root/build/bench/compare-$commit_a-$commit_b
trap 'rm -rf "$work"' EXIT

npm run --silent build
for commit in "$commit_a" "$commit_b"; do
  mkdir -p "$work/$commit"
  git archive "$commit" | tar -x -C "$work/$commit"
  ln -sfn "$root/node_modules" "$work/$commit/node_modules"
  (cd "$work/$commit" && node_modules/.bin/tsc -p tsconfig.json)
done

# What `npm start` of a checkout tells Node.
node_flags() {
  node -p "JSON.parse(fs.readFileSync('$1/package.json')).scripts.start.match(/--\\S+/g)?.join(' ') ?? ''"
}

# A and B take turns, and the order changes each round: a machine that grows slower or faster favours neither.
for round in $(seq 1 "$rounds"); do
  order="$commit_a $commit_b"
  [ $((round % 2)) -eq 1 ] || order="$commit_b $commit_a"
  for commit in $order; do
    echo "round $round of $rounds: $commit" >&2
    node dist/bench/main.js "$@" --targets messenger --out "$out/$commit" \
      --server-command "node $(node_flags "$work/$commit") $work/$commit/dist/src/cli.js server" >/dev/null
  done
done

for commit in "$commit_a" "$commit_b"; do
  echo "## $commit: $(git log -1 --format=%s "$commit")"
  echo
  node dist/bench/report/draw.js "$out/$commit"/*.json
done
