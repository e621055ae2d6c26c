#!/bin/sh
# What packages contain beside the program: completion scripts and manual pages, as the program itself prints them.
# usage: .ci/share.sh FOLDER VERSION
set -eu
to=$1
rm -rf "$to"
mkdir -p "$to/completions" "$to/man"
program=$(mktemp -d)
trap 'rm -rf "$program"' EXIT
CGO_ENABLED=0 go build -trimpath -ldflags "-X main.version=$2" -o "$program/aepflow" ./cmd/aepflow
"$program/aepflow" completion bash > "$to/completions/aepflow.bash"
"$program/aepflow" completion zsh > "$to/completions/_aepflow"
"$program/aepflow" completion fish > "$to/completions/aepflow.fish"
"$program/aepflow" completion powershell > "$to/completions/aepflow.ps1"
"$program/aepflow" man --dir "$to/man"
gzip -n9 "$to/man"/*.1
