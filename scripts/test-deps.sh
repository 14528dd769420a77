#!/bin/sh
# Installs the programs that the tests run against, where they are missing: bubblewrap (the walls), git 2.38 or newer
# (object-level merges), PostgreSQL's server binaries (the second engine), Chromium and fonts (the browser tests), a C compiler (the power loss). Does
# nothing when all are there, which takes a few milliseconds. Ends with a sentence and status 1 when something is missing that it cannot install.
set -eu

missing() {
  command -v bwrap >/dev/null 2>&1 || echo bubblewrap
  git_is_new || echo git
  has_postgres || echo postgresql
  has_browser || echo chromium fonts-liberation
  command -v cc >/dev/null 2>&1 || echo gcc libc6-dev
}

has_browser() {
  for program in chromium chromium-browser google-chrome google-chrome-stable; do
    if command -v "$program" >/dev/null 2>&1; then return 0; fi
  done
  [ -x '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome' ]
}

git_is_new() {
  version=$(git --version 2>/dev/null | sed -n 's/^git version \([0-9]*\)\.\([0-9]*\).*/\1 \2/p')
  [ -n "$version" ] || return 1
  major=${version% *}
  minor=${version#* }
  [ "$major" -gt 2 ] || { [ "$major" -eq 2 ] && [ "$minor" -ge 38 ]; }
}

# The tests need `initdb` and `postgres`; Debian keeps them out of PATH.
has_postgres() {
  if command -v initdb >/dev/null 2>&1; then return 0; fi
  for program in /usr/lib/postgresql/*/bin/initdb; do
    if [ -x "$program" ]; then return 0; fi
  done
  return 1
}

packages=$(missing | paste -s -d ' ' -)
if [ -z "$packages" ]; then exit 0; fi

cannot() {
  printf 'The tests need what is missing here (%s): %s\n' "$packages" "$1" >&2
  exit 1
}

command -v apt-get >/dev/null 2>&1 || cannot 'install them with the package manager of this machine and run again.'
if [ "$(id -u)" -eq 0 ]; then
  as_root=''
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
  as_root='sudo -n'
else
  cannot "run 'sudo apt-get install $packages' and try again."
fi

printf 'Installing what the tests need: %s... ' "$packages" >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086 -- both are lists of words
if ! { $as_root apt-get update -qq && $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages; } >"$log" 2>&1; then
  echo 'failed.' >&2
  tail -n 15 "$log" >&2
  cannot 'apt-get could not install them (above); install them by hand and run again.'
fi
echo 'done.' >&2
packages=$(missing | paste -s -d ' ' -)
[ -z "$packages" ] || cannot 'this system has no recent enough version of them.'
