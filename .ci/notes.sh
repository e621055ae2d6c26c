#!/bin/sh
# Prints the section of CHANGELOG.md about a version: the notes of its release. A version without a date is not released.
# usage: .ci/notes.sh VERSION
set -eu
notes=$(awk -v head="## $1, " '
  /^## / { if (found) exit; if (index($0, head) == 1 && $0 ~ /, [0-9]+ [A-Z][a-z]+ [0-9][0-9][0-9][0-9]$/) { found = 1; next } }
  found' CHANGELOG.md)
[ -n "$notes" ] || { echo "CHANGELOG.md has no section \"## $1, DATE\"" >&2; exit 1; }
printf '%s\n' "$notes"
