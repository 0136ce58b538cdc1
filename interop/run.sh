#!/usr/bin/env bash
# Lets programs that are not ours check a log of 70,123 entries that our writer wrote; run it with `make interop`.
# Needs the internet for what is not installed: Go and golang.org/x/mod from Debian, aics-tlog from the package index.
set -euo pipefail
cd "$(dirname "$0")"
python="${1:?usage: interop/run.sh PYTHON (one that has homefield installed)}"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

"$python" write_log.py "$work/out"
vkey="$(cat "$work/out/vkey")"
older=("$work"/out/older/*)

# A copy with one bit changed in the middle: whoever accepts it checks nothing.
cp -r "$work/out/log" "$work/spoilt"
"$python" - "$work/spoilt/tile/entries/137" <<'PYTHON'
import pathlib, sys
path = pathlib.Path(sys.argv[1])
data = bytearray(path.read_bytes())
data[100] ^= 1
path.write_bytes(data)
PYTHON

# must_accept NAME COMMAND...: the command ends well on the log, and badly on the spoilt copy.
must_accept() {
  local name="$1"
  shift
  echo "== $name"
  "$@" "$work/out/log" "$vkey" "${older[@]}"
  if "$@" "$work/spoilt" "$vkey" "${older[@]}" >"$work/said" 2>&1; then
    echo "$name accepted a log with a changed bit" >&2
    exit 1
  fi
  echo "refuses a copy with one changed bit: $(tail -n 1 "$work/said")"
}

build_go() {
  local go gopath="$work/go"
  if ! (cd "$work" && apt-get download golang-1.19-go golang-1.19-src golang-golang-x-mod-dev >/dev/null 2>&1); then
    return 1
  fi
  for package in "$work"/*.deb; do
    dpkg -x "$package" "$work/debian"
  done
  go="$work/debian/usr/lib/go-1.19"
  # Debian's links point to where the packages would be installed.
  for link in "$go"/*; do
    if [ -L "$link" ]; then
      ln -sfn "$work/debian/usr/share/go-1.19/$(basename "$link")" "$link"
    fi
  done
  mkdir -p "$gopath/src"
  cp -r "$work/debian/usr/share/gocode/src/golang.org" "$gopath/src/"
  GOROOT="$go" GOPATH="$gopath" GOCACHE="$work/cache" GO111MODULE=off GOFLAGS= \
    "$go/bin/go" build -o "$work/verify_log" verify_log.go
}

newer_python() {
  local candidate
  for candidate in python3.{20..12} "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.*/bin/python3 python3; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
  return 1
}

if build_go; then
  must_accept "Go, golang.org/x/mod/sumdb (Debian 0.7.0)" "$work/verify_log"
else
  echo "== Go: skipped, Debian's packages cannot be had here"
fi
if other="$(newer_python)" && "$other" -m venv "$work/venv" \
  && "$work/venv/bin/python" -m pip --disable-pip-version-check --quiet install aics-tlog==0.2.1; then
  must_accept "aics-tlog 0.2.1" "$work/venv/bin/python" aics_verify.py
else
  echo "== aics-tlog: skipped, it needs Python 3.12 or newer and the package index"
fi

echo "== aics-witness 0.1.0, and our witness before its client"
status=0
(cd .. && "$python" -m interop.witness_interop) || status=$?
if [ "$status" -eq 2 ]; then
  echo "skipped, nothing of it can be run here"
elif [ "$status" -ne 0 ]; then
  exit "$status"
fi
