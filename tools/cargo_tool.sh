#!/bin/sh
# tools/cargo_tool.sh NAME-VERSION: installs cargo-NAME of exactly this version below build/tools.
set -eu
cd "$(dirname "$0")/.."
name=cargo-${1%-*}
version=${1##*-}
# A debug build takes half the time, and these tools do little work themselves.
cargo install --quiet --locked --debug --root build/tools --target-dir build/tools/target \
  --version "$version" "$name"
rm -rf build/tools/target
touch "build/tools/$name-$version"
