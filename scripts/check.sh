#!/bin/sh
# What must be green before every commit, in under a minute: the static checks, the rooms, the unit tests.
set -u

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
cd "$root" || exit 1
if [ ! -d node_modules ]; then sh scripts/install.sh || exit 1; fi

status=0
sh scripts/static.sh || status=1
SLIPWAY_TEST_COVERAGE=1 sh scripts/run-tests.sh 1 unit || status=1
exit "$status"
