#!/usr/bin/env bash
# Everything about the sources that can be checked without running them; ends with the first thing that is wrong.
set -eu
cd "$(dirname "$0")/.."
export PATH="$PWD/node_modules/.bin:$PATH"

step() {
  local name=$1 output
  shift
  if ! output=$("$@" 2>&1); then
    printf '%s\n\ncheck: %s failed\n' "$output" "$name" >&2
    exit 1
  fi
}

step "formatting (npm run format mends it)" prettier --check --log-level warn --cache --cache-location build/prettier-cache .
step "types" tsc -p tsconfig.json --noEmit
step "lint" npm run --silent lint
step "headers" node scripts/check-headers.mjs
step "unused code and dependencies" knip --no-progress
echo "check: all right"
