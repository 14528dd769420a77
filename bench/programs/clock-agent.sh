#!/bin/sh
# An agent that does one thing: it writes down when it began to run, by its own clock, in nanoseconds. Then it waits.
date +%s%N >clock
exec cat >/dev/null
