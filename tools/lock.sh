#!/bin/sh
# Writes the lock files: exact versions with hashes, for every supported Python on Linux.
# bench.txt first: the peers are pickier, and dev.txt then takes the same versions.
set -eu
cd "$(dirname "$0")/.."
compile() {
  .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
    --no-header --no-annotate --no-emit-index-url "$@"
}
compile pyproject.toml --group dev --group oracle -o requirements/bench.txt
compile pyproject.toml --group dev -c requirements/bench.txt -o requirements/dev.txt
