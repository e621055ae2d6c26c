#!/bin/sh
# Builds the last commit twice, in two clones at different paths, and compares the programs.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for name in one the/other; do
  git clone -q . "$work/$name"
  make -s -C "$work/$name" build VERSION=0.0.0
done
cmp "$work/one/bin/aepflow" "$work/the/other/bin/aepflow"
echo "two builds are equal: $(sha256sum < "$work/one/bin/aepflow" | cut -c1-16)…"
