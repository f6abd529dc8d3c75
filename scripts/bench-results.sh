#!/usr/bin/env bash
# Makes the measurements that bench/README.md shows: each several times, our server beside the others in the same run.
# usage: scripts/bench-results.sh [folder=build/bench/results] [runs=5]
set -eu
cd "$(dirname "$0")/.."
out=${1:-build/bench/results}
runs=${2:-5}
npm run --silent build
bench() {
  local name=$1
  shift
  echo "== $name" >&2
  node dist/bench/main.js --out "$out/$name" "$@" >/dev/null
}

# `bytes` keeps the generator from being the limit where tens of millions of messages arrive in a second.
search="--verify bytes --seconds 2 --precision 0.1"
bench fan-out --runs "$runs" --clients 100,1000,5000 --targets messenger,plain-node-shared,inspircd $search
bench fan-out-others --clients 100,1000,5000 $search \
  --targets plain-node-shared-event,plain-node-each,ngircd,mosquitto,nats-server,ejabberd
bench latency --runs "$runs" --clients 1000 --rate 20 --seconds 10 --targets messenger,plain-node-shared
bench pipelined --runs "$runs" --scenario pipelined --seconds 5
bench one-to-one --runs "$runs" --scenario one-to-one --clients 1000 --seconds 2 --precision 0.1
bench slow-readers --runs "$runs" --scenario slow-readers --clients 1000 $search
bench idle --runs "$runs" --scenario idle --clients 10000 --targets messenger,plain-node-shared
bench reconnect-storm --runs "$runs" --scenario reconnect-storm --clients 10000
bench login-storm --scenario login-storm
bench history --scenario history
bench client-mix --scenario client-mix --clients 1000 --seconds 30

for folder in "$out"/*/; do
  echo
  echo "## $(basename "$folder")"
  echo
  node dist/bench/report/draw.js "$folder"*.json
done
node dist/bench/report/draw.js "$out"/fan-out/*.json "$out"/fan-out-others/*.json \
  --title "Common chat: deliveries per second, highest rate with p99 <= 100 ms" --out "$out/fan-out.svg" >/dev/null
