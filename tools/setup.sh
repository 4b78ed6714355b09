#!/bin/sh
# Makes .venv with the locked tools and libraries, or says what the machine lacks.
set -eu
cd "$(dirname "$0")/.."

need() {
  echo "setup: $1" >&2
  exit 1
}

python=${PYTHON:-python3}
command -v "$python" >/dev/null || need "$python is missing: install Python 3.11 or newer"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
  need "$("$python" --version) is too old: Python 3.11 or newer is needed (set PYTHON)"
command -v cargo >/dev/null || need "cargo is missing: install a Rust toolchain, 1.88 or newer"
command -v cc >/dev/null || need "cc is missing: install a C compiler (Debian: apt-get install gcc libc6-dev)"

if ! [ -x .venv/bin/pip ]; then
  rm -rf .venv
  if ! "$python" -m venv .venv 2>/dev/null; then
    # Debian keeps ensurepip in a package of its own.
    rm -rf .venv
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
      apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-venv >/dev/null
    fi
    "$python" -m venv .venv || need "no venv: install it (Debian: apt-get install python3-venv)"
  fi
fi
.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
