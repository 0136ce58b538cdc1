#!/usr/bin/env bash
# Checks formal/acts.pml with spin: no assertion fails, and with the old fault put back one does.
set -euo pipefail
model="$(cd "$(dirname "$0")" && pwd)/acts.pml"
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v spin >/dev/null && command -v gcc >/dev/null || { echo "expected spin and gcc (Debian: apt install spin gcc libc6-dev)" >&2; exit 2; }

search() {  # search NAME [DEFINE]: prints the errors that were found
  spin -a ${2:+"$2"} "$model" >"$1.spin"
  gcc -O2 -DSAFETY -DNOREDUCE -DVECTORSZ=4096 -DMEMLIM=2048 -w -o "$1" pan.c
  "./$1" -E -m200000 >"$1.log"
  grep -q "max search depth too small\|out of memory" "$1.log" && { echo "the search was not whole" >&2; exit 1; }
  sed -n 's/.*errors: \([0-9]*\).*/\1/p' "$1.log"
}

good="$(search good)"
states="$(sed -n 's/^ *\([0-9.e+]*\) states, stored.*/\1/p' good.log)"
fault="$(search fault -DOLDER_DATABASE_STARTS)"
[ "$good" = 0 ] || { echo "FAILED: a promise can be broken"; cat good.log; exit 1; }
[ "$fault" != 0 ] || { echo "FAILED: the model does not find the fault that it was made for"; exit 1; }
echo "model: $states states, no promise is ever broken; with the old fault one is"
