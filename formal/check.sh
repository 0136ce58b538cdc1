#!/usr/bin/env bash
# Checks formal/acts.pml with spin: no assertion fails, and with each former fault put back one does.
set -euo pipefail
model="$(cd "$(dirname "$0")" && pwd)/acts.pml"
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v spin >/dev/null && command -v gcc >/dev/null || { echo "expected spin and gcc (Debian: apt install spin gcc libc6-dev)" >&2; exit 2; }

search() {  # search NAME [DEFINE]: prints the errors that were found
  spin -a ${2:+"$2"} "$model" >"$1.spin"
  gcc -O2 -DSAFETY -DNOREDUCE -DVECTORSZ=4096 -DMEMLIM=2048 -w -o "$1" pan.c
  "./$1" -E -m200000 >"$1.log" 2>&1
  sed -n 's/.*errors: \([0-9]*\).*/\1/p' "$1.log"
}

good="$(search good)"
states="$(sed -n 's/^ *\([0-9.e+]*\) states, stored.*/\1/p' good.log)"
[ "$good" = 0 ] || { echo "FAILED: a promise can be broken"; cat good.log; exit 1; }
grep -q "Search not completed" good.log && { echo "FAILED: the search was not whole"; cat good.log; exit 1; }
for fault in OLDER_DATABASE_STARTS STATE_IS_NOT_MADE_AGAIN RESTORE_FORGETS; do
  [ "$(search "$fault" "-D$fault")" -gt 0 ] || { echo "FAILED: the model does not find the fault $fault"; exit 1; }
done
echo "model: $states states, no promise is ever broken; with each former fault one is"
