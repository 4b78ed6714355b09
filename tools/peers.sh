#!/bin/sh
# Installs what the benches compare against. A peer that cannot be had is skipped there, visibly.
set -eu
cd "$(dirname "$0")/.."
.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.txt
if ! command -v cyclictest >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends rt-tests; } >/dev/null ||
    echo "peers: cyclictest (rt-tests) could not be installed; its benches are skipped" >&2
fi
